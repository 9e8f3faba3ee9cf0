import type { Execution, ModelRequest, RecordedRequest } from "../../ConnectionsModel.js"
import type { Json } from "../../Executor.js"
import { parse } from "../data/jsonText.js"
import { RequestHistory } from "../fakeServer/requestHistory.js"
import { redactHeaders } from "../fakeServer/redactHeaders.js"
import type { Match } from "./routes.js"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** A record while its request is in progress. @internal */
export type RequestInProgress = Mutable<RecordedRequest>

/** The requests and executions of the platform. @internal */
export class Log {
  private readonly history: RequestHistory<RecordedRequest, Execution>

  constructor(limit: number) {
    this.history = new RequestHistory(limit)
  }

  get requests(): ReadonlyArray<RecordedRequest> {
    return this.history.requests.map(redactHeaders)
  }

  get executions(): ReadonlyArray<Execution> {
    return this.history.executions
  }

  start(at: number, request: ModelRequest, match: Match): RequestInProgress {
    const parameters = match._tag === "Found" ? match.parameters : {}
    return this.history.record({
      index: this.history.nextIndex(),
      at,
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      body: request.body === "" ? undefined : parse(request.body),
      operation: match._tag === "Found" ? match.name : undefined,
      connection: parameters["connection"],
      action: parameters["action"],
      status: undefined,
      fault: undefined,
      scripted: false,
      executed: false,
      interrupted: false
    })
  }

  execute(at: number, connection: string, name: string, body: Json): Mutable<Execution> {
    return this.history.execute(`${connection}/${name}`, { at, connection, name, body, jobId: undefined })
  }

  executionsOf(connection: string, name: string): number {
    return this.history.executionsOf(`${connection}/${name}`)
  }

  clear(): void {
    this.history.clear()
  }
}
