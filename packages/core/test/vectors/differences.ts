/**
 * Vectors that this library answers differently on purpose. A vector that stands here and passes fails the run.
 */
export interface Difference {
  readonly id: string
  readonly reason: string
}

export const differences: ReadonlyArray<Difference> = []
