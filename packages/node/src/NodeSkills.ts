/**
 * Skills on disk: what a server sends is checked as a whole, and then written as a whole or not at all.
 *
 * @since 0.2.0
 */
import { SkillRejected } from "@effect-connectors/core/BosaError"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Contents, readArchive } from "./internal/skills/archive.js"
import { bytesDigest, treeDigests } from "./internal/skills/digest.js"
import type { DiskFault } from "./internal/skills/disk.js"
import { maxBytes } from "./internal/skills/limits.js"
import { lastPart, segmentFault } from "./internal/skills/names.js"
import { place } from "./internal/skills/place.js"
import { planAll } from "./internal/skills/installPlan.js"
import { unknownOption, unknownOptionCode } from "./internal/unknownOption.js"
import { refusal, refuse, type Refusal, visible } from "./internal/skills/refusal.js"

/**
 * The system did not let a skill be written. Nothing of it was left, and what was there before is there again; where
 * that could not be done, `kept` is the folder that has it.
 *
 * @since 0.2.0
 * @category errors
 */
export class SkillNotWritten extends Schema.TaggedError<SkillNotWritten>(
  "@effect-connectors/node/NodeSkills/SkillNotWritten"
)("SkillNotWritten", {
  /** The skill's id or name. */
  skill: Schema.String,
  /** The system's code, such as `EACCES` or `ENOSPC`. */
  code: Schema.String,
  /** What could not be made, written or moved. */
  path: Schema.String,
  /** Where the previous version is, when it could not be put back. */
  kept: Schema.optional(Schema.String),
  /** What is wrong with an option, where that is the reason. */
  detail: Schema.optional(Schema.String)
}) {
  /** The disk has to change first. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    if (this.detail !== undefined) return `Skill "${visible(this.skill)}" was not written: ${this.detail}`
    const next =
      this.kept === undefined
        ? "Check that the destination is a folder that can be written to, and has room"
        : `The previous version could not be put back: it is in "${visible(this.kept)}"`
    return `Skill "${visible(this.skill)}" was not written, ${this.code} at "${visible(this.path)}". ${next}`
  }
}

/**
 * A skill as it was downloaded.
 *
 * @since 0.2.0
 * @category models
 */
export interface Artifact {
  readonly id: string
  readonly name: string
  /** `upload_md` or `manual` for a single file, `upload_zip` or `github` for an archive. */
  readonly sourceType: string
  /** The digest that the server announces, in hexadecimal of any case; without one, nothing is compared. */
  readonly contentSha256?: string | undefined
  readonly bytes: Uint8Array
}

/**
 * Where a skill goes.
 *
 * @since 0.2.0
 * @category models
 */
export interface NodeSkillsOptions {
  /** Folders that each get the skill; missing ones are made. */
  readonly destinations: ReadonlyArray<string>
  /**
   * Whether an archive is unpacked into a folder of its own in each destination (the default), or right into it.
   * A single file always gets a folder of its own.
   */
  readonly createParent?: boolean | undefined
  /**
   * Whether what is there already is replaced. Default `false`. A folder is replaced whole: what only the previous version
   * had is gone. With `createParent: false` each file and folder at the top of the skill replaces the one of its name.
   */
  readonly overwrite?: boolean | undefined
  /** The name of the skill's own folder: the last part of it counts. Default the skill's name, or its id without one. */
  readonly folder?: string | undefined
}

/**
 * A skill in one of its destinations.
 *
 * @since 0.2.0
 * @category models
 */
export interface Installed {
  /** The destination as it was given. */
  readonly destination: string
  /** The absolute path of the folder that has the skill's files. */
  readonly path: string
  /** How many files it has. */
  readonly files: number
  /** The bytes of all its files. */
  readonly bytes: number
  /** Whether the digest was compared; `false` when the server gave none. */
  readonly verified: boolean
}

const optionNames = OptionNames.make<NodeSkillsOptions>({
  destinations: true,
  createParent: true,
  overwrite: true,
  folder: true
})

type Kind = "file" | "archive"

const kinds: ReadonlyMap<string, Kind> = new Map([
  ["upload_md", "file"],
  ["manual", "file"],
  ["upload_zip", "archive"],
  ["github", "archive"]
])

const kindOf = (sourceType: string): Effect.Effect<Kind, Refusal> => {
  const kind = kinds.get(sourceType)
  return kind === undefined
    ? refuse("unknown source", `its source type is "${visible(sourceType)}"`)
    : Effect.succeed(kind)
}

const folderOf = (artifact: Artifact, given: string | undefined): Effect.Effect<string, Refusal> => {
  const folder = lastPart(given ?? artifact.name) ?? artifact.id
  const fault = segmentFault(folder)
  return fault === undefined
    ? Effect.succeed(folder)
    : refuse("unsafe path", `no folder can have this name, ${fault}: choose one with \`folder\``, visible(folder))
}

const singleFile = (bytes: Uint8Array): Effect.Effect<Contents, Refusal> =>
  bytes.length > maxBytes
    ? refuse("too large", `it is over ${maxBytes} bytes`)
    : Effect.succeed({
        files: [{ name: "SKILL.md", segments: ["SKILL.md"], content: bytes }],
        directories: [],
        bytes: bytes.length
      })

const verify = (announced: string | undefined, digests: ReadonlyArray<string>): Effect.Effect<boolean, Refusal> => {
  if (announced === undefined || announced === "") return Effect.succeed(false)
  const expected = announced.trim().toLowerCase()
  return digests.includes(expected)
    ? Effect.succeed(true)
    : Effect.fail(refusal({ reason: "checksum mismatch", expected: visible(expected), actual: digests[0] ?? "" }))
}

const topsOf = (contents: Contents): ReadonlyArray<string> => {
  const tops = new Set<string>()
  for (const segments of [...contents.files.map((file) => file.segments), ...contents.directories]) {
    if (segments[0] !== undefined) tops.add(segments[0])
  }
  return [...tops]
}

const installed = Effect.fnUntraced(function* (
  artifact: Artifact,
  options: NodeSkillsOptions
): Effect.fn.Return<ReadonlyArray<Installed>, Refusal | DiskFault> {
  const overwrite = options.overwrite ?? false
  const kind = yield* kindOf(artifact.sourceType)
  const own = kind === "file" || (options.createParent ?? true)
  const folder = own ? yield* folderOf(artifact, options.folder) : undefined
  const contents = kind === "file" ? yield* singleFile(artifact.bytes) : yield* readArchive(artifact.bytes)
  const digests = kind === "file" ? [bytesDigest(artifact.bytes)] : treeDigests(contents.files)
  const verified = yield* verify(artifact.contentSha256, digests)
  const plans = yield* planAll(options.destinations, folder, topsOf(contents), overwrite)
  yield* place(plans, folder, contents, overwrite)
  return plans.map(({ destination, path }) => ({
    destination,
    path,
    files: contents.files.length,
    bytes: contents.bytes,
    verified
  }))
})

/**
 * Checks a downloaded skill and writes it into every destination, or into none.
 *
 * The digest is compared and every destination checked before anything is written. The files are written into a hidden
 * folder in each destination and moved into place when all are complete; a failure or an interruption before the last
 * move leaves every destination as it was. Files get the usual permissions: none is made executable.
 *
 * Fails with `SkillRejected` when the skill is not what the server describes, when its archive is not safe to unpack (up
 * to 10,000 entries and 256 MiB, at most 200 times the archive's size from 1 MiB on; no links, no zip64), or when
 * something is there already; with {@link SkillNotWritten} when the system refuses.
 *
 * @example
 * ```ts
 * import { NodeSkills } from "@effect-connectors/node"
 *
 * const write = (artifact: NodeSkills.Artifact) =>
 *   NodeSkills.install(artifact, { destinations: ["./skills"], overwrite: true })
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const install = (
  artifact: Artifact,
  options: NodeSkillsOptions
): Effect.Effect<ReadonlyArray<Installed>, SkillRejected | SkillNotWritten> => {
  const skill = visible(artifact.id === "" ? artifact.name : artifact.id)
  const unknown = unknownOption(optionNames, options)
  if (unknown !== undefined) {
    const { detail, option } = unknown
    return Effect.fail(new SkillNotWritten({ skill, code: unknownOptionCode, path: option, detail }))
  }
  return Effect.mapError(installed(artifact, options), (failure) => {
    if (failure._tag === "Refusal") {
      const { _tag, ...refused } = failure
      return new SkillRejected({ skill, ...refused })
    }
    const { _tag, ...fault } = failure
    return new SkillNotWritten({ skill, ...fault })
  })
}

/**
 * Downloads a skill and installs it as {@link install} does; without a destination nothing is downloaded.
 *
 * Fails as the download does, and as {@link install} does.
 *
 * @example
 * ```ts
 * import { NodeSkills } from "@effect-connectors/node"
 * import * as Effect from "effect/Effect"
 *
 * const skills = {
 *   artifact: (id: string) =>
 *     Effect.succeed({ id, name: "notes", sourceType: "manual", bytes: new TextEncoder().encode("# Notes\n") })
 * }
 *
 * const write = NodeSkills.download(skills, "s1", { destinations: ["./skills"] })
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const download = <Detail, E, R>(
  skills: { readonly artifact: (detail: Detail) => Effect.Effect<Artifact, E, R> },
  detail: Detail,
  options: NodeSkillsOptions
): Effect.Effect<ReadonlyArray<Installed>, E | SkillRejected | SkillNotWritten, R> =>
  options.destinations.length === 0
    ? Effect.succeed([])
    : Effect.flatMap(skills.artifact(detail), (artifact) => install(artifact, options))
