import { jsonText } from "../data/jsonText.js"
import { createHash } from "node:crypto"
import type { DroppedBody, DroppedCalls } from "../../Calls.js"
import type { Json } from "../../Executor.js"
import { BoundedList, type HistoryLimits } from "./boundedList.js"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** The fields of a recorded request that say what becomes of it. */
interface RequestRecord {
  readonly body: Json | undefined
  readonly dropped?: DroppedBody
  readonly status: number | undefined
  readonly scripted: boolean
  readonly executed: boolean
}

/** How a platform records its executions. */
interface ExecutionForm<E> {
  readonly workOf: (execution: E) => { readonly target: string; readonly work: string }
  /** Takes the input out of an execution, and gives it. */
  readonly takeInput: (execution: Mutable<E>) => Json | undefined
}

interface WorkCount {
  readonly target: string
  readonly work: string
  /** How often it was executed. */
  all: number
  /** How many of its executions left the list. */
  dropped: number
}

/** Equal bodies have the same digest. @internal */
export const digestOf = (body: Json | undefined): string =>
  createHash("sha256")
    .update(jsonText(body) ?? "")
    .digest("base64url")
    .slice(0, 22)

const notFoundStatuses: ReadonlySet<number | undefined> = new Set([404, 405])

/** Whether a request was for what the world does not have. @internal */
export const isUnmatched = ({
  executed,
  scripted,
  status
}: Pick<RequestRecord, "executed" | "scripted" | "status">): boolean =>
  !scripted && !executed && notFoundStatuses.has(status)

/**
 * Requests and executions in the order they came. The oldest are dropped once there are too many, and their bodies once
 * those are too large; what was dropped still counts.
 *
 * @internal
 */
export class RequestHistory<R extends RequestRecord, E extends { readonly dropped?: DroppedBody }> {
  private readonly keptRequests: BoundedList<Mutable<R>>
  private readonly keptExecutions: BoundedList<Mutable<E>>
  private counts = new Map<string, WorkCount>()
  private received = 0
  private executed = 0
  private droppedRequests = { calls: 0, unmatched: 0 }

  constructor(
    limits: HistoryLimits,
    private readonly form: ExecutionForm<E>
  ) {
    this.keptRequests = new BoundedList<Mutable<R>>(limits, {
      body: (record, bytes) => {
        record.dropped = { bytes, digest: digestOf(record.body) }
        record.body = undefined
      },
      entry: (record) => {
        this.droppedRequests.calls++
        if (isUnmatched(record)) this.droppedRequests.unmatched++
      }
    })
    this.keptExecutions = new BoundedList<Mutable<E>>(limits, {
      body: (execution, bytes) => {
        execution.dropped = { bytes, digest: digestOf(form.takeInput(execution)) }
      },
      entry: (execution) => {
        this.countOf(execution).dropped++
      }
    })
  }

  get requests(): ReadonlyArray<Mutable<R>> {
    return this.keptRequests.all
  }

  get executions(): ReadonlyArray<Mutable<E>> {
    return this.keptExecutions.all
  }

  /** How often anything was executed. */
  get executionCount(): number {
    return this.executed
  }

  /** What left the lists; `undefined` while nothing did. */
  get dropped(): DroppedCalls | undefined {
    const executions = [...this.counts.values()]
      .filter(({ dropped }) => dropped > 0)
      .map(({ dropped, target, work }) => ({ target, work, times: dropped }))
    return this.droppedRequests.calls === 0 && executions.length === 0
      ? undefined
      : { ...this.droppedRequests, executions }
  }

  /** The index of the next request. */
  nextIndex(): number {
    return this.received++
  }

  /** Records a request with a body of so many bytes. */
  record(record: Mutable<R>, bytes: number): Mutable<R> {
    this.keptRequests.push(record, record.body === undefined ? 0 : bytes)
    return record
  }

  /** Records an execution with an input of so many bytes. */
  execute(execution: Mutable<E>, bytes: number): Mutable<E> {
    this.executed++
    this.countOf(execution).all++
    this.keptExecutions.push(execution, bytes)
    return execution
  }

  executionsOf(target: string, work: string): number {
    return this.counts.get(`${target}/${work}`)?.all ?? 0
  }

  clear(): void {
    this.keptRequests.clear()
    this.keptExecutions.clear()
    this.counts = new Map()
    this.received = 0
    this.executed = 0
    this.droppedRequests = { calls: 0, unmatched: 0 }
  }

  private countOf(execution: E): WorkCount {
    const { target, work } = this.form.workOf(execution)
    const key = `${target}/${work}`
    const known = this.counts.get(key)
    if (known !== undefined) return known
    const count = { target, work, all: 0, dropped: 0 }
    this.counts.set(key, count)
    return count
  }
}
