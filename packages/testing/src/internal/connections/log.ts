import type { Execution, ModelRequest, RecordedRequest } from "../../ConnectionsModel.js"
import type { Json } from "../../Executor.js"
import { parse } from "../fakeServer/json.js"
import { Ledger } from "../fakeServer/requestHistory.js"
import { shown } from "../fakeServer/redactHeaders.js"
import type { Match } from "./routes.js"

type Open<A> = { -readonly [K in keyof A]: A[K] }

/** A record while its request is under way. @internal */
export type OpenRequest = Open<RecordedRequest>

/** What the model has seen. @internal */
export class Log {
  private readonly ledger: Ledger<RecordedRequest, Execution>

  constructor(limit: number) {
    this.ledger = new Ledger(limit)
  }

  get requests(): ReadonlyArray<RecordedRequest> {
    return this.ledger.requests.map(shown)
  }

  get executions(): ReadonlyArray<Execution> {
    return this.ledger.executions
  }

  begin(at: number, request: ModelRequest, match: Match): OpenRequest {
    const parameters = match._tag === "Found" ? match.parameters : {}
    return this.ledger.keep({
      index: this.ledger.next(),
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

  execute(at: number, connection: string, name: string, body: Json): Open<Execution> {
    return this.ledger.execute(`${connection}/${name}`, { at, connection, name, body, jobId: undefined })
  }

  executionsOf(connection: string, name: string): number {
    return this.ledger.executionsOf(`${connection}/${name}`)
  }

  clear(): void {
    this.ledger.clear()
  }
}
