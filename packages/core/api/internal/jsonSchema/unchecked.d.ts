export interface Unchecked {
  readonly name: string
  readonly reason: string
}
