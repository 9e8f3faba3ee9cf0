export interface Issue {
  readonly path: string
  readonly reason: string
}
