export interface Ignored {
  readonly name: string
  readonly nearest?: string | undefined
}
