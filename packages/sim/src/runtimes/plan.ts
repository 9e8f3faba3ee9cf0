/** What the programs in the runtimes are to do, and what they report. Plain JSON. */

export const methods = ["POST", "PUT", "DELETE"] as const

export type Method = (typeof methods)[number]

/** How the server ends the connection once it has read the request; with `gone` it also stops listening. */
export const drops = ["fin", "rst", "gone"] as const

export type Drop = (typeof drops)[number]

export const transportNames = ["fetch", "FetchTransport", "NodeConnectors"] as const

export type TransportName = (typeof transportNames)[number]

/** One call whose response is lost. */
export interface LostCall {
  readonly method: Method
  readonly drop: Drop
  readonly baseUrl: string
}

export interface Run {
  readonly transport: TransportName
  readonly lost: ReadonlyArray<LostCall>
  /** Where nobody listens. */
  readonly refusedUrl: string
}

/** What is tried of each transport against the emulator. */
export const features = [
  "list",
  "execute + follow",
  "BOSA pages",
  "upload",
  "interrupt",
  "lost answer",
  "CORS"
] as const

export type Feature = (typeof features)[number]

/** Which features are tried over which transports, and where. */
export interface MatrixPlan {
  readonly transports: ReadonlyArray<TransportName>
  readonly features: ReadonlyArray<Feature>
  readonly emulatorUrl: string
  /** An emulator that allows no page of another origin. */
  readonly closedUrl: string
}

export interface Plan {
  /** Where the report is posted. */
  readonly reportUrl: string
  readonly runs: ReadonlyArray<Run>
  readonly matrix: MatrixPlan
}

/** How a call ended: `value`, the tag of its error, `hangs`, or the text of a defect. */
export type End = string

export interface RunReport {
  readonly transport: TransportName
  /** In the order of the calls. */
  readonly lost: ReadonlyArray<End>
  readonly refused: End
}

export interface CellReport {
  readonly transport: TransportName
  readonly feature: Feature
  /** `ok`, or what went wrong. Of a lost answer: how the call ended. */
  readonly end: End
}

export interface Report {
  readonly runs: ReadonlyArray<RunReport>
  readonly cells: ReadonlyArray<CellReport>
}

/** The name of a call at the server. */
export const callKey = (transport: TransportName, drop: Drop, method: Method): string =>
  `${transport} ${drop} ${method}`

/** The connections of the emulator that a transport alone uses. */
export const connectionsOf = (transport: TransportName) => {
  const name = transport.toLowerCase()
  return { lost: `lost-${name}`, slow: `slow-${name}` }
}
