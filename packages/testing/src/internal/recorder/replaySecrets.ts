import { runsWithPlaceholder, decodedText, mapBase64 } from "./base64.js"
import { decode, encode } from "./encodings.js"
import { withoutTokenPrefix } from "./redact.js"
import { splitAtPlaceholders, type Placeholder } from "./placeholder.js"
import type { SecretHasher } from "./secretHasher.js"

/** A part of a recorded text: literal text, a placeholder, or base64 with a placeholder inside. */
type Segment = string | Placeholder | { readonly inner: string }

const longestSecret = 4096
const mostPossibleEnds = 8

const splitSegments = (text: string): ReadonlyArray<Segment> => {
  const segments: Array<Segment> = []
  const push = (plain: string): void => {
    const { literals, placeholders } = splitAtPlaceholders(plain)
    literals.forEach((literal, index) => {
      if (literal !== "") segments.push(literal)
      const placeholder = placeholders[index]
      if (placeholder !== undefined) segments.push(placeholder)
    })
  }
  let at = 0
  for (const run of runsWithPlaceholder(text)) {
    push(text.slice(at, run.index))
    segments.push({ inner: run.text })
    at = run.index + run.writtenSecret.length
  }
  push(text.slice(at))
  return segments
}

/** The secrets of the program that replays a recording, learned from what it sends. @internal */
export class ReplaySecrets {
  private readonly secretsByHash = new Map<string, string>()
  private readonly segmentCache = new Map<string, ReadonlyArray<Segment>>()

  constructor(private readonly hasher: SecretHasher) {}

  /** Adds a secret that is known before it is sent. */
  add(secret: string): void {
    const own = withoutTokenPrefix(secret)
    this.secretsByHash.set(this.hasher.hash(own), own)
  }

  /** Whether a text equals the recorded one when the program's secrets replace the placeholders. */
  matches(recorded: string, actual: string): boolean {
    return recorded === actual || this.matchFrom(this.segmentsOf(recorded), 0, actual, 0)
  }

  /** Whether a recorded text has no placeholder: it only matches itself. */
  isLiteral(recorded: string): boolean {
    const [first, ...more] = this.segmentsOf(recorded)
    return more.length === 0 && (first === undefined || typeof first === "string")
  }

  /** A recorded text with the known secrets filled in. Unknown ones stay placeholders. */
  restore(text: string): string {
    return this.fillPlaceholders(mapBase64(text, (inner) => this.fillPlaceholders(inner)))
  }

  /** The secret number, if the text is one placeholder of a number and the number is known. */
  restoreNumber(text: string): number | undefined {
    const { literals, placeholders } = splitAtPlaceholders(text)
    const [only] = placeholders
    if (only?.encoding !== "number" || literals.join("") !== "" || placeholders.length > 1) return undefined
    const secret = this.secretsByHash.get(only.hash)
    return secret === undefined ? undefined : Number(secret)
  }

  private segmentsOf(recorded: string): ReadonlyArray<Segment> {
    const known = this.segmentCache.get(recorded) ?? splitSegments(recorded)
    this.segmentCache.set(recorded, known)
    return known
  }

  private fillPlaceholders(text: string): string {
    const { literals, placeholders } = splitAtPlaceholders(text)
    if (placeholders.length === 0) return text
    return literals.map((literal, index) => literal + this.written(placeholders[index])).join("")
  }

  private written(placeholder: Placeholder | undefined): string {
    if (placeholder === undefined) return ""
    const secret = this.secretsByHash.get(placeholder.hash)
    return secret === undefined ? placeholder.text : encode(placeholder.encoding, secret)
  }

  private matchFrom(segments: ReadonlyArray<Segment>, index: number, text: string, at: number): boolean {
    const segment = segments[index]
    if (segment === undefined) return at === text.length
    if (typeof segment === "string") {
      return text.startsWith(segment, at) && this.matchFrom(segments, index + 1, text, at + segment.length)
    }
    return this.possibleEnds(segment, segments[index + 1], text, at).some(
      (end) => this.matchesSegment(segment, text.slice(at, end)) && this.matchFrom(segments, index + 1, text, end)
    )
  }

  /** The positions where the secret that starts at `at` may end. */
  private possibleEnds(
    segment: Exclude<Segment, string>,
    next: Segment | undefined,
    text: string,
    at: number
  ): ReadonlyArray<number> {
    const ends: Array<number> = []
    if ("hash" in segment) {
      for (const known of [segment.text, this.written(segment)])
        if (text.startsWith(known, at)) ends.push(at + known.length)
      if (this.secretsByHash.has(segment.hash)) return ends
    }
    if (next === undefined) ends.push(text.length)
    if (typeof next === "string") {
      for (
        let end = text.indexOf(next, at);
        end >= 0 && ends.length < mostPossibleEnds;
        end = text.indexOf(next, end + 1)
      ) {
        ends.push(end)
      }
    }
    return ends
  }

  private matchesSegment(segment: Exclude<Segment, string>, written: string): boolean {
    if ("inner" in segment) {
      const inner = decodedText(written)
      return inner !== undefined && this.matches(segment.inner, inner)
    }
    if (written === segment.text) return true
    const secret = decode(segment.encoding, written)
    if (secret === "" || secret.length > longestSecret) return false
    if (this.secretsByHash.has(segment.hash)) return this.secretsByHash.get(segment.hash) === secret
    if (!this.hasher.matches(segment.hash, secret)) return false
    this.secretsByHash.set(segment.hash, secret)
    return true
  }
}
