/**
 * The errors that only BOSA can give: pages that lead nowhere, a connector nobody linked, a skill that is not to be trusted.
 *
 * @since 0.2.0
 */
import * as Schema from "effect/Schema"
import { quoted } from "./internal/data/serverText.js"

const loops = {
  repeated: "the server gave a cursor or a page that it gave before",
  stuck: "the server says there are more pages and names neither a cursor nor a page",
  undeclared: "the action takes neither `cursor` nor `page`, so the next page cannot be read",
  cap: "there are more pages than are allowed"
} as const

const loopFixes = {
  repeated: "Keep the pages that were read, and report the action to the server's owner",
  stuck: "Keep the pages that were read, and report the action to the server's owner",
  undeclared: "Narrow the parameters so that one page holds all, or see the action's own parameters for pages",
  cap: "Take fewer pages, narrow the parameters, or raise the cap"
} as const

/**
 * The next page would be the same request again, or one page too many: `repeated` (a cursor or page came twice),
 * `stuck` (more pages, and no position of the next one), `undeclared` (the action has no parameter for it), `cap` (too many).
 * The pages read so far were good.
 *
 * @since 0.2.0
 * @category errors
 */
export class PaginationLoop extends Schema.TaggedError<PaginationLoop>(
  "@effect-connectors/core/BosaError/PaginationLoop"
)("PaginationLoop", {
  connector: Schema.String,
  action: Schema.String,
  reason: Schema.Literal("repeated", "stuck", "undeclared", "cap"),
  /** How many pages were read. */
  pages: Schema.Finite,
  /** The cursor that leads nowhere. */
  cursor: Schema.optional(Schema.String),
  /** The number of the page that leads nowhere. */
  page: Schema.optional(Schema.Finite)
}) {
  /** Asking again gives the same page. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const at = this.page === undefined ? "" : `, at page ${this.page}`
    const read = `${this.pages} page${this.pages === 1 ? "" : "s"}`
    return `${quoted(this.connector)} ${quoted(this.action)}: ${loops[this.reason]} (after ${read}${at}). ${loopFixes[this.reason]}`
  }
}

/**
 * The user has not linked this connector. `url` is where the user can do so, when the server gave it; it belongs to
 * that user and is not part of the message.
 *
 * @since 0.2.0
 * @category errors
 */
export class IntegrationRequired extends Schema.TaggedError<IntegrationRequired>(
  "@effect-connectors/core/BosaError/IntegrationRequired"
)("IntegrationRequired", {
  connector: Schema.String,
  url: Schema.optional(Schema.String)
}) {
  /** Nothing changes until the user has linked it. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const next =
      this.url === undefined
        ? "Start it with `integrations.initiate`, send the user to the link it gives, and call again"
        : "Send the user to the link in `url`, and call again"
    return `${quoted(this.connector)} is not linked for this user. ${next}`
  }
}

const flaws = {
  "checksum mismatch": "what was downloaded is not what the server describes",
  "unsafe path": "it holds a path that could leave its folder or stand for another one",
  "not a zip": "it is not a zip archive",
  "too large": "it is larger than what is allowed",
  exists: "something is there already",
  "no download url": "the server gives no download URL",
  "unknown source": "the server names a source that this version does not know",
  "snapshot pending": "the server has not made its snapshot yet",
  corrupt: "its archive is damaged or contradicts itself"
} as const

const flawFixes = {
  "checksum mismatch":
    "Get the skill's details again and download it once more; when it stays, do not trust its source",
  "unsafe path": "Do not trust its source",
  "not a zip": "Get the skill's details again and download it once more",
  "too large": "Have it made smaller",
  exists: "Choose another folder, or allow it with `overwrite`",
  "no download url": "Get the skill's details again; when it comes from GitHub, have it refreshed on the server first",
  "unknown source": "Update this package",
  "snapshot pending": "Ask an admin to refresh the skill on the server, then get its details again",
  corrupt: "Download it once more; when it stays, do not trust its source"
} as const

/**
 * A skill was not taken: it is not what the server describes, it is not safe to unpack, or there is no place for it.
 * Nothing of it was written. The download URL, which may be signed, is never part of it.
 *
 * @since 0.2.0
 * @category errors
 */
export class SkillRejected extends Schema.TaggedError<SkillRejected>("@effect-connectors/core/BosaError/SkillRejected")(
  "SkillRejected",
  {
    /** The skill's id or name. */
    skill: Schema.String,
    reason: Schema.Literal(
      "checksum mismatch",
      "unsafe path",
      "not a zip",
      "too large",
      "exists",
      "no download url",
      "unknown source",
      "snapshot pending",
      "corrupt"
    ),
    /** The entry of the archive, or the destination, that it is about. */
    at: Schema.optional(Schema.String),
    /** What exactly is wrong there, in our words. */
    detail: Schema.optional(Schema.String),
    /** The digest that the server announced: SHA-256 in hexadecimal. */
    expected: Schema.optional(Schema.String),
    /** The digest of what came: SHA-256 in hexadecimal. */
    actual: Schema.optional(Schema.String)
  }
) {
  /** The same download is refused again. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const at = this.at === undefined ? "" : ` at ${quoted(this.at)}`
    const detail = this.detail === undefined ? "" : `: ${this.detail}`
    const digests = this.actual === undefined ? "" : ` (expected ${quoted(this.expected ?? "")}, got ${this.actual})`
    return `Skill ${quoted(this.skill)} was refused: ${flaws[this.reason]}${at}${detail}${digests}. ${flawFixes[this.reason]}`
  }
}

/**
 * The errors that only BOSA can give.
 *
 * @since 0.2.0
 * @category models
 */
export type BosaError = PaginationLoop | IntegrationRequired | SkillRejected
