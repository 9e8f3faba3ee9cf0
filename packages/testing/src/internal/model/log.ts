import * as Redacted from "effect/Redacted"
import type { Execution, ModelRequest, RecordedRequest } from "../../ConnectionsModel.js"
import type { Json } from "../../Executor.js"
import { parse } from "./json.js"
import type { Match } from "./routes.js"

type Open<A> = { -readonly [K in keyof A]: A[K] }

/** A record while its request is under way. @internal */
export type OpenRequest = Open<RecordedRequest>

/** @internal */
export type OpenExecution = Open<Execution>

const secret = /token|secret|key|cookie|auth|password/i

const hideSecrets = (headers: Readonly<Record<string, string>>): RecordedRequest["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secret.test(name) ? Redacted.make(value) : value])
  )

/** What the model has seen, the oldest dropped once there is too much of it. @internal */
export class Log {
  requests: Array<OpenRequest> = []
  executions: Array<OpenExecution> = []
  private counts = new Map<string, number>()
  private received = 0

  constructor(private readonly limit: number) {}

  begin(at: number, request: ModelRequest, match: Match): OpenRequest {
    const parameters = match._tag === "Found" ? match.parameters : {}
    const record: OpenRequest = {
      index: this.received++,
      at,
      method: request.method,
      path: request.path,
      query: request.query,
      headers: hideSecrets(request.headers),
      body: request.body === "" ? undefined : parse(request.body),
      operation: match._tag === "Found" ? match.name : undefined,
      connection: parameters["connection"],
      action: parameters["action"],
      status: undefined,
      fault: undefined,
      executed: false,
      interrupted: false
    }
    this.requests.push(record)
    if (this.requests.length > this.limit) this.requests.shift()
    return record
  }

  execute(at: number, connection: string, name: string, body: Json): OpenExecution {
    const execution: OpenExecution = { at, connection, name, body, jobId: undefined }
    this.executions.push(execution)
    if (this.executions.length > this.limit) this.executions.shift()
    this.counts.set(`${connection}/${name}`, this.executionsOf(connection, name) + 1)
    return execution
  }

  executionsOf(connection: string, name: string): number {
    return this.counts.get(`${connection}/${name}`) ?? 0
  }

  clear(): void {
    this.requests = []
    this.executions = []
    this.counts = new Map()
    this.received = 0
  }
}
