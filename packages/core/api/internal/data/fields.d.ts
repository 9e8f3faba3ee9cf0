export type Fields = Readonly<Record<string, unknown>>
