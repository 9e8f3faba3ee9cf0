import type { BosaSkill } from "../../BosaWorld.js"
import type { JsonObject } from "../../Executor.js"
import { type FakeResponse, json, text } from "../fakeServer/response.js"
import { sha256, sha256Hex, uuid } from "./digest.js"
import { type Call, data, isResponse, refusal } from "./envelope.js"
import type { Directory, User } from "./directory.js"
import { zip } from "./zip.js"

interface Skill {
  readonly id: string
  readonly definition: BosaSkill
  /** Part of the link to its artifact, which needs no credentials. */
  readonly signature: string
  artifact: { readonly bytes: Uint8Array; readonly digest: string } | undefined
}

/** The digest of a tree: name, NUL and the digest of the content, of each file in the order of the names. */
const treeDigest = (files: Readonly<Record<string, string>>): string => {
  const names = Object.keys(files)
    .filter((name) => !name.endsWith("/"))
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  return sha256Hex(
    Buffer.concat(names.map((name) => Buffer.concat([Buffer.from(`${name}\0`), sha256(files[name] ?? "")])))
  )
}

const isArchive = ({ files }: BosaSkill): boolean => files !== undefined

const artifactOf = (skill: Skill) => {
  if (skill.artifact === undefined) {
    const { files, text: content = "" } = skill.definition
    skill.artifact =
      files === undefined
        ? { bytes: new TextEncoder().encode(content), digest: sha256Hex(content) }
        : { bytes: zip(files), digest: treeDigest(files) }
  }
  return skill.artifact
}

const createdAt = "2026-01-05T08:00:00Z"

/** The skills of the tenant and their artifacts. @internal */
export class Skills {
  private readonly byId: ReadonlyMap<string, Skill>

  constructor(
    definitions: ReadonlyArray<BosaSkill>,
    private readonly directory: Directory
  ) {
    this.byId = new Map(
      definitions.map((definition, index) => {
        const id = uuid("5", index + 1)
        return [id, { id, definition, signature: sha256Hex(id).slice(0, 16), artifact: undefined }]
      })
    )
  }

  handle(call: Call): FakeResponse {
    if (call.route.operation === "skills.artifact") return this.artifact(call)
    const user = this.directory.bearer(call)
    if (user === undefined) return refusal(call, 401, "TOKEN_MISSING", "a user token is required")
    if (isResponse(user)) return user
    return call.route.operation === "skills.list" ? this.list(call, user) : this.one(call, user)
  }

  private record({ id, definition }: Skill, user: User): JsonObject {
    return {
      id,
      client_id: user.client.id,
      source_type: definition.sourceType,
      name: definition.name,
      description: definition.description ?? "",
      github_url: null,
      created_at: createdAt,
      updated_at: null,
      ...definition.fields
    }
  }

  private list(call: Call, user: User): FakeResponse {
    const query = new Map(call.request.query)
    const [limit, offset] = [query.get("limit") ?? "50", query.get("offset") ?? "0"].map(Number)
    if (limit === undefined || offset === undefined || !(limit >= 1) || !(offset >= 0)) {
      return refusal(call, 422, "VALIDATION_ERROR", "limit must be 1 or more, offset 0 or more")
    }
    const all = Array.from(this.byId.values())
    return json(200, {
      items: all.slice(offset, offset + limit).map((skill) => this.record(skill, user)),
      meta: { total: all.length, limit, offset }
    })
  }

  private one(call: Call, user: User): FakeResponse {
    const skill = this.byId.get(call.route.id ?? "")
    if (skill === undefined) return refusal(call, 404, "SKILL_NOT_FOUND", "there is no such skill")
    const { definition, id, signature } = skill
    const link =
      definition.pending === true
        ? { download_url: null, content_sha256: null }
        : {
            download_url: `${call.request.origin}/artifacts/skills/${id}?signature=${signature}`,
            content_sha256: definition.contentSha256 ?? artifactOf(skill).digest
          }
    return data({
      ...this.record(skill, user),
      frontmatter: { name: definition.name },
      github_owner: null,
      github_repo: null,
      github_ref: null,
      github_path: null,
      ...link,
      ...definition.fields
    })
  }

  private artifact(call: Call): FakeResponse {
    const skill = this.byId.get(call.route.id ?? "")
    const signature = call.request.query.find(([name]) => name === "signature")?.[1]
    if (skill === undefined || signature !== skill.signature) {
      return refusal(call, 403, "LINK_INVALID", "the link is not good, or no longer")
    }
    const type = isArchive(skill.definition) ? "application/zip" : "text/markdown; charset=utf-8"
    return text(200, artifactOf(skill).bytes, { "content-type": type })
  }
}
