import { toEffect } from "../runtime/fromResult.js"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Redacted from "effect/Redacted"
import { SkillRejected } from "../../BosaError.js"
import type { Artifact, Downloadable, Operations, Skill, SkillDetail } from "../../Skills.js"
import { type Fields, isFields, fieldsOf } from "../data/fields.js"
import type { Decode } from "../http/response.js"
import type { Target } from "../http/request.js"
import { query } from "../http/query.js"
import type { RequestPipeline } from "../http/call.js"
import { isLoopback } from "../http/url.js"
import { common, type Table } from "./dialects.js"
import { defaultLimit, listed, offered, rangeIssues, walk } from "./catalogList.js"
import { tokenOf } from "./prepare.js"
import { textIn } from "./decoders.js"

const mebibyte = 1024 * 1024
const maxArtifactBytes = 64 * mebibyte

const skill = (raw: unknown): Skill => {
  const fields = fieldsOf(raw)
  return {
    id: textIn(fields, "id"),
    clientId: textIn(fields, "client_id"),
    sourceType: textIn(fields, "source_type"),
    name: textIn(fields, "name"),
    description: textIn(fields, "description") ?? "",
    githubUrl: textIn(fields, "github_url"),
    createdAt: textIn(fields, "created_at"),
    updatedAt: textIn(fields, "updated_at"),
    raw
  }
}

const detail = (fields: Fields): SkillDetail => {
  const url = textIn(fields, "download_url")
  const downloadUrl = url === undefined || url === "" ? undefined : Redacted.make(url)
  return {
    ...skill(fields),
    frontmatter: fields["frontmatter"],
    downloadUrl,
    contentSha256: textIn(fields, "content_sha256"),
    githubOwner: textIn(fields, "github_owner"),
    githubRepo: textIn(fields, "github_repo"),
    githubRef: textIn(fields, "github_ref"),
    githubPath: textIn(fields, "github_path"),
    raw: downloadUrl === undefined ? fields : { ...fields, download_url: downloadUrl }
  }
}

const skills = listed(skill)

const oneSkill: Decode<SkillDetail> = ({ body }) => {
  const data = fieldsOf(body)["data"]
  return isFields(data) ? Result.succeed(detail(data)) : Result.fail(['expected an object in "data"'])
}

const content: Decode<Uint8Array> = ({ response }) =>
  Result.fromUndefined(response.bytes, () => ["expected the content of a file"])

const sourceTypes: ReadonlySet<string> = new Set(["upload_md", "manual", "upload_zip", "github"])

const rejected = ({ id, name }: Downloadable, reason: SkillRejected["reason"], detail?: string): SkillRejected =>
  new SkillRejected({ skill: id ?? name ?? "", reason, detail })

// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0020\u007f]/

// the link is the server's word: it must lead no further than the caller's own base URL may
const targetOf = (link: string, origin: string): Target | string => {
  if (unprintable.test(link) || !URL.canParse(link)) return "its URL is not an absolute one"
  const url = new URL(link)
  if (url.username !== "" || url.password !== "") return "its URL holds credentials"
  if (url.protocol !== "https:" && url.protocol !== "http:") return "its URL is neither https nor http"
  const isLocal = isLoopback(url.hostname) && isLoopback(new URL(origin).hostname)
  if (url.protocol === "http:" && url.origin !== origin && !isLocal) return "its URL is plain http to another machine"
  return { url: url.origin + url.pathname, query: url.search }
}

const accepted = (
  asked: Downloadable,
  origin: string
): Result.Result<{ readonly sourceType: string; readonly target: Target }, SkillRejected> => {
  const { downloadUrl, sourceType } = asked
  if (sourceType === undefined || !sourceTypes.has(sourceType)) return Result.fail(rejected(asked, "unknown source"))
  if (downloadUrl === undefined) {
    return Result.fail(rejected(asked, sourceType === "github" ? "snapshot pending" : "no download url"))
  }
  const target = targetOf(Redacted.value(downloadUrl), origin)
  return typeof target === "string"
    ? Result.fail(rejected(asked, "no download url", target))
    : Result.succeed({ sourceType, target })
}

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table): Operations => {
  const rows = (name: string) => offered(table, "skills", `skills.${name}`, table.skills)

  const list: Operations["list"] = (range = {}, token) =>
    Effect.flatMap(toEffect(rows("list")), (operations) => {
      const { limit = defaultLimit, offset = 0 } = range
      const asked = query([
        ["limit", String(limit)],
        ["offset", String(offset)]
      ])
      const input = { segments: [], query: asked.query, issues: rangeIssues(range), token: tokenOf(token) }
      return pipeline.call(operations.list, input, skills)
    })

  return {
    list,
    all: (token) => walk("skills", "list", {}, (range) => list(range, token)),
    get: (id, token) =>
      Effect.flatMap(toEffect(rows("get")), (operations) =>
        pipeline.call(operations.get, { segments: [id], token: tokenOf(token) }, oneSkill)
      ),
    artifact: (asked) =>
      toEffect(Result.flatMap(rows("artifact"), () => accepted(asked, pipeline.origin))).pipe(
        Effect.flatMap(({ sourceType, target }) =>
          Effect.map(
            pipeline.call(common.artifact, { segments: [], target, maxBodyBytes: maxArtifactBytes }, content),
            (bytes): Artifact => ({
              id: asked.id ?? "",
              name: asked.name ?? "",
              sourceType,
              contentSha256: asked.contentSha256,
              bytes
            })
          )
        ),
        Effect.catchAll((error) =>
          Effect.fail(
            error._tag === "UnexpectedBody" && error.reason === "too large"
              ? rejected(asked, "too large", "raise the client's `maxBodyBytes` to hold it in memory")
              : error
          )
        )
      )
  }
}
