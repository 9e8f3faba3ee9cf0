import { isData } from "./describe.js"

/**
 * The same text for the same data, whatever the order of its fields.
 *
 * @internal
 */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isData(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part
  ) ?? "undefined"
