import { toEffect } from "../runtime/fromResult.js"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Redacted from "effect/Redacted"
import { SkillRejected } from "../../BosaError.js"
import type { Artifact, Downloadable, Operations } from "../../Skills.js"
import { shownText } from "../data/serverText.js"
import { bind } from "../http/bind.js"
import type { Target } from "../http/request.js"
import type { RequestPipeline } from "../http/call.js"
import { isLoopback } from "../http/url.js"
import type { Table } from "./dialects.js"
import { offered, walk } from "./catalogList.js"

const sourceTypes: ReadonlySet<string> = new Set(["upload_md", "manual", "upload_zip", "github"])

const rejected = ({ id, name }: Downloadable, reason: SkillRejected["reason"], detail?: string): SkillRejected =>
  new SkillRejected({ skill: shownText("name", id ?? name ?? ""), reason, detail })

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
  skill: Downloadable,
  origin: string
): Result.Result<{ readonly sourceType: string; readonly target: Target }, SkillRejected> => {
  const { downloadUrl, sourceType } = skill
  if (sourceType === undefined || !sourceTypes.has(sourceType)) return Result.fail(rejected(skill, "unknown source"))
  if (downloadUrl === undefined) {
    return Result.fail(rejected(skill, sourceType === "github" ? "snapshot pending" : "no download url"))
  }
  const target = targetOf(Redacted.value(downloadUrl), origin)
  return typeof target === "string"
    ? Result.fail(rejected(skill, "no download url", target))
    : Result.succeed({ sourceType, target })
}

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table): Operations => {
  const endpoints = (name: string) => offered(table, "skills", `skills.${name}`, table.skills)

  const list: Operations["list"] = (range, token) =>
    Effect.flatMap(toEffect(endpoints("list")), ({ list }) => bind(pipeline, undefined, list)(range, token))

  return {
    list,
    all: (token) => walk("skills", "list", {}, (range) => list(range, token)),
    get: (id, token) =>
      Effect.flatMap(toEffect(endpoints("get")), ({ get }) => bind(pipeline, undefined, get)(id, token)),
    artifact: (skill) =>
      Effect.flatMap(toEffect(endpoints("artifact")), ({ artifact }) =>
        Effect.flatMap(toEffect(accepted(skill, pipeline.origin)), ({ sourceType, target }) =>
          Effect.map(bind(pipeline, undefined, artifact)(target), (bytes): Artifact => ({
            id: skill.id ?? "",
            name: skill.name ?? "",
            sourceType,
            contentSha256: skill.contentSha256,
            bytes
          }))
        )
      ).pipe(
        Effect.mapError((error) =>
          error._tag === "UnexpectedBody" && error.reason === "too large"
            ? rejected(skill, "too large", "raise the client's `maxBodyBytes` to hold it in memory")
            : error
        )
      )
  }
}
