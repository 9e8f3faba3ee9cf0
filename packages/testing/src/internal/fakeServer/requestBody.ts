/** The largest body of a request in bytes, unless the platform has another limit. @internal */
export const defaultRequestLimit = 16 * 1024 * 1024

/** @internal */
export const tooLargeText = (limit: number): string =>
  `the body is over the limit of ${limit} bytes: give the fake platform a larger requestLimit, the emulator --request-limit`

/** Whether bytes are UTF-8 text. @internal */
export const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
