import type { ModelRequest, Scripted } from "../../ConnectionsModel.js"

/** The fields that every matcher has; its other fields are compared with the names of the route. @internal */
export interface AnyMatcher {
  readonly method?: string
  readonly path?: string | RegExp
}

/** What the route of a request gives: its operation, and the names in its path. @internal */
export type RouteNames = Readonly<Record<string, string | undefined>>

interface Script<M> {
  readonly matcher: M
  readonly answers: Array<Scripted>
}

/** Whether a matcher matches a request. @internal */
export const matches = (matcher: AnyMatcher, request: ModelRequest, names: RouteNames): boolean => {
  const { method, path, ...rest } = matcher
  if (method !== undefined && method.toUpperCase() !== request.method) return false
  if (typeof path === "string" && path !== request.path) return false
  // `search` ignores `lastIndex`, so a global expression matches every time
  if (path instanceof RegExp && request.path.search(path) < 0) return false
  return Object.entries(rest).every(([name, expected]) => expected === undefined || expected === names[name])
}

/** Where a request gets its fault from when nothing was scripted for it. @internal */
export interface ScriptFallback {
  readonly take: (request: ModelRequest, names: RouteNames) => Scripted | undefined
}

/** Scripted answers, used up in the order they were given. @internal */
export class Scripts<M extends AnyMatcher> {
  private scripts: Array<Script<M>> = []

  constructor(private readonly fallback: ScriptFallback) {}

  add(matcher: M, answers: ReadonlyArray<Scripted>): void {
    if (answers.length > 0) this.scripts.push({ matcher, answers: [...answers] })
  }

  take(request: ModelRequest, names: RouteNames): Scripted | undefined {
    if (this.scripts.length === 0) return this.fallback.take(request, names)
    const script = this.scripts.find((script) => matches(script.matcher, request, names))
    if (script === undefined) return this.fallback.take(request, names)
    const answer = script.answers.shift()
    if (script.answers.length === 0) this.scripts = this.scripts.filter((other) => other !== script)
    return answer
  }

  /** The scripted answers that no request has used, in words. */
  get remaining(): ReadonlyArray<string> {
    return this.scripts.map(({ answers, matcher }) => {
      const rules = Object.entries(matcher).map(([name, expected]) => `${name} ${expected}`)
      const requests = rules.length === 0 ? "any request" : `a request of ${rules.join(", ")}`
      return `${answers.length} scripted ${answers.length === 1 ? "answer" : "answers"} to ${requests}`
    })
  }

  get unused(): number {
    return this.scripts.reduce((sum, script) => sum + script.answers.length, 0)
  }
}
