export interface Parameter {
  readonly name: string
  readonly type: string
  readonly required: boolean
}
