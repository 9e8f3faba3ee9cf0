export type NameIn<Groups> = {
  [G in keyof Groups]-?: NonNullable<Groups[G]>[keyof NonNullable<Groups[G]>]
}[keyof Groups] extends infer Of
  ? Of extends Endpoint<unknown, infer Name>
    ? Name
    : never
  : never
