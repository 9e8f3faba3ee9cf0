/** The chunks of a body, up to a limit in bytes. @internal */
export class BodyBuffer {
  private chunks: Array<Uint8Array> = []
  private size = 0
  isOver = false

  constructor(private readonly limit: number) {}

  clear(): void {
    this.chunks = []
    this.size = 0
    this.isOver = false
  }

  push(chunk: Uint8Array): void {
    const left = this.limit - this.size
    this.isOver ||= chunk.byteLength > left
    // a copy: the reader may reuse the memory of the chunk
    const kept = Uint8Array.prototype.slice.call(chunk, 0, left)
    this.size += kept.byteLength
    if (kept.byteLength > 0) this.chunks.push(kept)
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks)
  }
}
