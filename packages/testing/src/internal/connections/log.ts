import type { Execution, ModelRequest, RecordedRequest } from "../../ConnectionsModel.js"
import { parse } from "../data/jsonText.js"
import type { DroppedCalls } from "../../Calls.js"
import type { HistoryLimits } from "../fakeServer/boundedList.js"
import { RequestHistory } from "../fakeServer/requestHistory.js"
import { redactHeaders } from "../fakeServer/redactHeaders.js"
import type { Match } from "./routes.js"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** A record while its request is in progress. @internal */
export type RequestInProgress = Mutable<RecordedRequest>

/** The requests and executions of the platform. @internal */
export class Log {
  private readonly history: RequestHistory<RecordedRequest, Execution>

  constructor(limits: HistoryLimits) {
    this.history = new RequestHistory<RecordedRequest, Execution>(limits, {
      workOf: ({ connection, name }) => ({ target: connection, work: name }),
      takeInput: (execution) => {
        const { body } = execution
        execution.body = undefined
        return body
      }
    })
  }

  get requests(): ReadonlyArray<RecordedRequest> {
    return this.history.requests.map(redactHeaders)
  }

  get dropped(): DroppedCalls | undefined {
    return this.history.dropped
  }

  get executions(): ReadonlyArray<Execution> {
    return this.history.executions
  }

  start(at: number, request: ModelRequest, match: Match): RequestInProgress {
    const parameters = match._tag === "Found" ? match.parameters : {}
    const record: RequestInProgress = {
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
    }
    return this.history.record(record, request.bytes.byteLength)
  }

  /** Records an execution; `bytes` is the length of its body. */
  execute(start: Pick<Execution, "at" | "connection" | "name" | "body">, bytes: number): Mutable<Execution> {
    return this.history.execute({ index: this.history.executionCount, ...start, jobId: undefined }, bytes)
  }

  executionsOf(connection: string, name: string): number {
    return this.history.executionsOf(connection, name)
  }

  get executionCount(): number {
    return this.history.executionCount
  }

  clear(): void {
    this.history.clear()
  }
}
