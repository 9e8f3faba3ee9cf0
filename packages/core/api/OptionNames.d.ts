import type { Issue } from "./InvalidRequest.js"

export type OptionNames = ReadonlySet<string>
export type Table<Options> = {
  readonly [K in keyof Options]-?: true
}
export declare const make: <Options>(names: Table<Options>) => OptionNames
export declare const nearestTo: (names: OptionNames, name: string) => string | undefined
export declare const unknownIn: (names: OptionNames, given: object) => ReadonlyArray<string>
export declare const issues: (names: OptionNames, given: unknown, path?: ReadonlyArray<string>) => ReadonlyArray<Issue>
