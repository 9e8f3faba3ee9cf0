/** The largest body of a request, in bytes. @internal */
export const maxBodyBytes = 16 * 1024 * 1024

/** Whether bytes are UTF-8 text. @internal */
export const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
