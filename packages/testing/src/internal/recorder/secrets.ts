import { hiddenRuns, innerOf, mapBase64 } from "./base64.js"
import { decode, encode } from "./forms.js"
import { ownOf } from "./redact.js"
import { cutAt, type Placeholder, type Seal } from "./seal.js"

/** A part of a recorded text: what stands there, a secret, or base64 that has a secret inside. */
type Piece = string | Placeholder | { readonly inner: string }

const longest = 4096
const mostEnds = 8

const piecesOf = (text: string): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  const push = (plain: string): void => {
    const { literals, placeholders } = cutAt(plain)
    literals.forEach((literal, index) => {
      if (literal !== "") pieces.push(literal)
      const placeholder = placeholders[index]
      if (placeholder !== undefined) pieces.push(placeholder)
    })
  }
  let at = 0
  for (const run of hiddenRuns(text)) {
    push(text.slice(at, run.index))
    pieces.push({ inner: run.text })
    at = run.index + run.written.length
  }
  push(text.slice(at))
  return pieces
}

/** The secrets of a program whose recording is replayed, found as it sends them. @internal */
export class Secrets {
  private readonly bound = new Map<string, string>()
  private readonly cut = new Map<string, ReadonlyArray<Piece>>()

  constructor(private readonly seal: Seal) {}

  /** A secret that is known before it is sent. */
  know(secret: string): void {
    const own = ownOf(secret)
    this.bound.set(this.seal.hash(own), own)
  }

  /** Whether a text is the recorded one, with the program's own secrets in place of the placeholders. */
  fits(recorded: string, actual: string): boolean {
    return recorded === actual || this.from(this.pieces(recorded), 0, actual, 0)
  }

  /** A recorded text with the secrets that are known by now; the others stay placeholders. */
  restore(text: string): string {
    return this.revealed(mapBase64(text, (inner) => this.revealed(inner)))
  }

  /** The number that a placeholder stands for, when it is the whole of a text. */
  number(text: string): number | undefined {
    const { literals, placeholders } = cutAt(text)
    const [only] = placeholders
    if (only?.form !== "number" || literals.join("") !== "" || placeholders.length > 1) return undefined
    const secret = this.bound.get(only.hash)
    return secret === undefined ? undefined : Number(secret)
  }

  private pieces(recorded: string): ReadonlyArray<Piece> {
    const known = this.cut.get(recorded) ?? piecesOf(recorded)
    this.cut.set(recorded, known)
    return known
  }

  private revealed(text: string): string {
    const { literals, placeholders } = cutAt(text)
    if (placeholders.length === 0) return text
    return literals.map((literal, index) => literal + this.written(placeholders[index])).join("")
  }

  private written(placeholder: Placeholder | undefined): string {
    if (placeholder === undefined) return ""
    const secret = this.bound.get(placeholder.hash)
    return secret === undefined ? placeholder.text : encode(placeholder.form, secret)
  }

  private from(pieces: ReadonlyArray<Piece>, index: number, text: string, at: number): boolean {
    const piece = pieces[index]
    if (piece === undefined) return at === text.length
    if (typeof piece === "string") {
      return text.startsWith(piece, at) && this.from(pieces, index + 1, text, at + piece.length)
    }
    return this.ends(piece, pieces[index + 1], text, at).some(
      (end) => this.holds(piece, text.slice(at, end)) && this.from(pieces, index + 1, text, end)
    )
  }

  /** Where the secret that stands at a place may end. */
  private ends(
    piece: Exclude<Piece, string>,
    next: Piece | undefined,
    text: string,
    at: number
  ): ReadonlyArray<number> {
    const ends: Array<number> = []
    if ("hash" in piece) {
      for (const known of [piece.text, this.written(piece)])
        if (text.startsWith(known, at)) ends.push(at + known.length)
      if (this.bound.has(piece.hash)) return ends
    }
    if (next === undefined) ends.push(text.length)
    if (typeof next === "string") {
      for (let end = text.indexOf(next, at); end >= 0 && ends.length < mostEnds; end = text.indexOf(next, end + 1)) {
        ends.push(end)
      }
    }
    return ends
  }

  private holds(piece: Exclude<Piece, string>, written: string): boolean {
    if ("inner" in piece) {
      const inner = innerOf(written)
      return inner !== undefined && this.fits(piece.inner, inner)
    }
    if (written === piece.text) return true
    const secret = decode(piece.form, written)
    if (secret === "" || secret.length > longest) return false
    if (this.bound.has(piece.hash)) return this.bound.get(piece.hash) === secret
    if (!this.seal.isOf(piece.hash, secret)) return false
    this.bound.set(piece.hash, secret)
    return true
  }
}
