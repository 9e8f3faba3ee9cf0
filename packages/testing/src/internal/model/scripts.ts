import type { Matcher, ModelRequest, Scripted } from "../../ConnectionsModel.js"
import type { Match } from "./routes.js"

interface Script {
  readonly matcher: Matcher
  readonly answers: Array<Scripted>
}

const fits = (matcher: Matcher, request: ModelRequest, match: Match): boolean => {
  const found = match._tag === "Found" ? match : undefined
  if (matcher.method !== undefined && matcher.method.toUpperCase() !== request.method) return false
  if (typeof matcher.path === "string" && matcher.path !== request.path) return false
  // `search` ignores `lastIndex`, so a global expression fits every time.
  if (matcher.path instanceof RegExp && request.path.search(matcher.path) < 0) return false
  if (matcher.operation !== undefined && matcher.operation !== found?.name) return false
  if (matcher.connection !== undefined && matcher.connection !== found?.parameters["connection"]) return false
  return matcher.action === undefined || matcher.action === found?.parameters["action"]
}

/** Scripted answers, used up in the order they were given. @internal */
export class Scripts {
  private scripts: Array<Script> = []

  add(matcher: Matcher, answers: ReadonlyArray<Scripted>): void {
    if (answers.length > 0) this.scripts.push({ matcher, answers: [...answers] })
  }

  take(request: ModelRequest, match: Match): Scripted | undefined {
    const script = this.scripts.find((script) => fits(script.matcher, request, match))
    if (script === undefined) return undefined
    const answer = script.answers.shift()
    if (script.answers.length === 0) this.scripts = this.scripts.filter((other) => other !== script)
    return answer
  }

  get unused(): number {
    return this.scripts.reduce((sum, script) => sum + script.answers.length, 0)
  }
}
