/**
 * From the URL of a request to an origin and a path, without building a `URL` where the text is already in its
 * normal form.
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Origin } from "./origins.js"

/** Where a request goes; `path` is the path and the query, never a fragment. */
export interface Target {
  readonly origin: Origin
  readonly path: string
}

const slash = 47
const maxOrigins = 256
const normalBase = /^https?:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d+)?$/
// Nothing here that a URL parser would rewrite; dot segments are found separately.
const normalPath = /^[\w\-.~!$&()*+,;=:@%/?]+$/

const isNormalPath = (path: string): boolean => normalPath.test(path) && !path.includes("/.") && !path.includes("/%2")

/** The origins a client has talked to. */
export class Targets {
  private readonly origins = new Map<string, Origin>()
  private lastBase = "\u0000"
  private lastOrigin: Origin | undefined = undefined

  constructor(private readonly connections: number) {}

  /** `undefined` when the URL is no absolute http or https URL, or carries credentials. */
  resolve(request: HttpClientRequest.HttpClientRequest): Target | undefined {
    const url = request.url
    if (request.urlParams.length > 0) return this.resolveSlow(request)
    const base = this.lastBase
    if (this.lastOrigin !== undefined && url.startsWith(base) && url.charCodeAt(base.length) === slash) {
      const path = url.slice(base.length)
      return isNormalPath(path) ? { origin: this.lastOrigin, path } : this.resolveSlow(request)
    }
    const end = url.indexOf("/", 8)
    if (end < 0) return this.resolveSlow(request)
    const candidate = url.slice(0, end)
    const path = url.slice(end)
    if (!normalBase.test(candidate) || !isNormalPath(path)) return this.resolveSlow(request)
    if (!this.origins.has(candidate) && !isOrigin(candidate)) return this.resolveSlow(request)
    const origin = this.originOf(candidate)
    this.lastBase = candidate
    this.lastOrigin = origin
    return { origin, path }
  }

  /** The record of an origin in the form `URL.origin` gives it. */
  originOf(name: string): Origin {
    const known = this.origins.get(name)
    if (known !== undefined) return known
    if (this.origins.size >= maxOrigins) this.forgetIdle()
    const origin = new Origin(name, this.connections)
    this.origins.set(name, origin)
    return origin
  }

  private forgetIdle(): void {
    for (const [name, origin] of this.origins) if (origin.isIdle) this.origins.delete(name)
    this.lastOrigin = undefined
  }

  private resolveSlow(request: HttpClientRequest.HttpClientRequest): Target | undefined {
    const made = UrlParams.makeUrl(request.url, request.urlParams, Option.none())
    return Either.isRight(made) ? this.fromUrl(made.right) : undefined
  }

  fromUrl(url: URL): Target | undefined {
    if (url.protocol !== "http:" && url.protocol !== "https:") return undefined
    if (url.username !== "" || url.password !== "") return undefined
    return { origin: this.originOf(url.origin), path: url.pathname + url.search }
  }
}

// The fast path is only for a base that is its own origin: "http://host:80" and "http://host" are one.
const isOrigin = (base: string): boolean => {
  const made = UrlParams.makeUrl(base, UrlParams.empty, Option.none())
  return Either.isRight(made) && made.right.origin === base
}
