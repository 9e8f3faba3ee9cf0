/** What a row of the benchmark is: one question, its variants measured side by side in the same run. */

/** How much is measured. */
export interface RowOptions {
  readonly rounds: number
  /** Calls of one round. */
  readonly calls: number
  /** A short run, as CI makes it: small sizes, few rounds. */
  readonly quick: boolean
  /** Sizes that only a plot needs are measured too. */
  readonly plots: boolean
  /** The server of the calls, in a process of its own. */
  readonly url: string
  /** CPU time of that server so far, in microseconds. */
  readonly serverMicros: () => Promise<number>
  readonly log: (line: string) => void
}

/** One line of a row's table. */
export interface Variant {
  readonly name: string
  readonly value: number
  /** To the first line of its group: the median of the rounds. */
  readonly ratio?: number
  /** 90 % of the rounds: of the ratio, or of the value where there is none. */
  readonly spread?: readonly [low: number, high: number]
  /** CPU of the server for it, in the unit of the value. */
  readonly server?: number
  /** Why there is no value: a peer that could not be installed, a program that is missing. */
  readonly failed?: string
}

/** Lines with the same unit that are compared with the first of them. */
export interface Group {
  readonly title: string
  readonly unit: string
  readonly variants: ReadonlyArray<Variant>
}

/** A figure with its goal. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly atMost?: number
}

/** Values over a size, drawn as one plot. */
export interface Plot {
  /** The file name without `.svg`. */
  readonly file: string
  readonly title: string
  readonly x: string
  readonly y: string
  readonly lines: ReadonlyArray<{ readonly name: string; readonly points: ReadonlyArray<readonly [number, number]> }>
}

export interface RowResult {
  readonly groups: ReadonlyArray<Group>
  readonly figures: ReadonlyArray<Figure>
  readonly plots?: ReadonlyArray<Plot>
}

/** `npm run bench -- --only NAME` measures one row. */
export interface Row {
  readonly name: string
  readonly about: string
  /** It loads packages of `peers`, which are installed first. */
  readonly peers?: boolean
  readonly measure: (options: RowOptions) => Promise<RowResult>
}
