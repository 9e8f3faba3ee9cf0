import * as DateTime from "effect/DateTime"
import * as Exit from "effect/Exit"
import type { JobChange, JobView } from "../../ConnectionsModel.js"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { Json } from "../../Executor.js"
import type { JobPlan } from "../../World.js"
import { BoundedList, type HistoryLimits } from "../fakeServer/boundedList.js"
import { compact, sizeOf } from "../fakeServer/json.js"
import type { FakeResponse } from "../fakeServer/response.js"
import { isEnd } from "./jobScript.js"
import { stateAt, type VisibleState, type WorkOutcome } from "./jobState.js"
import { notFound, ok, refuse } from "./responses.js"

interface Job {
  readonly id: string | number
  readonly connection: string
  readonly name: string
  readonly createdAt: number
  /** In the format of the response. */
  readonly createdAtText: string
  readonly plan: JobPlan
  readonly outcome: WorkOutcome
  change: JobChange
  /** About the length of the result, once the work is over. */
  bytes: number
  /** The last response; it is sent again while it would be the same. */
  lastResponse: PollResponse | undefined
  polls: number
  pollsAfterEnd: number
  endReported: boolean
}

interface PollResponse {
  readonly state: VisibleState
  readonly response: FakeResponse
  readonly isEnd: boolean
}

const unchanged: JobChange = {}

const currentState = (job: Job, now: number): VisibleState => {
  const state = stateAt(job, now, job.polls)
  if (job.change === unchanged) return state
  const { gone: _, raw: __, ...change } = job.change
  return { ...state, ...change }
}

const dropped = (id: string): FakeResponse =>
  refuse(
    404,
    "NOT_FOUND",
    `the job ${id} has ended and is no longer kept: give the platform a larger logLimit or logBytes`
  )

const isSame = (a: VisibleState, b: VisibleState): boolean =>
  a.status === b.status &&
  a.progress === b.progress &&
  a.result === b.result &&
  a.error === b.error &&
  a.message === b.message

const responseTo = (job: Job, now: number): PollResponse => {
  const state = currentState(job, now)
  if (job.lastResponse !== undefined && isSame(job.lastResponse.state, state)) return job.lastResponse
  const { error, message, progress, result, status } = state
  const body = compact({ job_id: job.id, status, progress, result, error, message, created_at: job.createdAtText })
  job.lastResponse = { state, response: ok(body), isEnd: isEnd(status) }
  return job.lastResponse
}

const rawResponse = (raw: Json): Pick<PollResponse, "response" | "isEnd"> => {
  const state = JobProtocol.decode(JobProtocol.defaultProtocol, "", raw)
  return { response: ok(raw), isEnd: state !== undefined && JobProtocol.isOver(state) }
}

const newJob = { bytes: 0, change: unchanged, lastResponse: undefined, polls: 0, pollsAfterEnd: 0, endReported: false }

const isOver = (job: Job, now: number): boolean => {
  const { gone, raw } = job.change
  if (gone === true) return true
  return raw === undefined || raw === null ? isEnd(currentState(job, now).status) : rawResponse(raw).isEnd
}

/** A client that is slow has as many ended jobs left to poll, and four times the bytes of results. */
const minUnpolled = 100_000

/**
 * The jobs of a platform. No timer advances a job: its state is computed from its plan and the time or the number of
 * the poll, so that ten thousand jobs cost nothing while they run. Jobs whose end was polled are history: the oldest are
 * dropped. A job whose end no poll has seen still owes its result, so that more of those are kept. A job that runs is
 * never dropped.
 *
 * @internal
 */
export class Jobs {
  private readonly jobs = new Map<string, Job>()
  private readonly polledToEnd: BoundedList<string>
  private created = 0
  private unpolled = 0
  private unpolledBytes = 0
  /** What has to be reached before ended jobs are looked for again. */
  private nextSweep: { readonly jobs: number; readonly bytes: number }
  private readonly unpolledLimits: { readonly jobs: number; readonly bytes: number }

  constructor(
    private readonly ids: "text" | "number",
    limits: HistoryLimits
  ) {
    const drop = (id: string) => void this.jobs.delete(id)
    this.polledToEnd = new BoundedList(limits, { body: drop, entry: drop })
    this.unpolledLimits = { jobs: Math.max(minUnpolled, limits.logLimit), bytes: 4 * limits.logBytes }
    this.nextSweep = this.unpolledLimits
  }

  create(start: Pick<Job, "connection" | "name" | "createdAt" | "plan" | "outcome">): string | number {
    let id: string | number
    do {
      this.created++
      id = this.ids === "number" ? this.created : `job-${this.created}`
    } while (this.jobs.has(String(id)))
    this.put(id, start)
    return id
  }

  get(id: string, now: number): FakeResponse {
    const job = this.jobs.get(id)
    if (job === undefined) return this.wasCreated(id) ? dropped(id) : notFound(`the job ${id}`)
    if (job.change.gone === true) return notFound(`the job ${id}`)
    const { raw } = job.change
    const polled = raw === undefined || raw === null ? responseTo(job, now) : rawResponse(raw)
    job.polls++
    if (job.endReported) job.pollsAfterEnd++
    if (polled.isEnd && !job.endReported) this.endPolled(job, polled.response)
    return polled.response
  }

  /** The work of a job is over; its result is kept until a poll sees it. */
  settle(id: string | number): void {
    const job = this.jobs.get(String(id))
    const exit = job?.outcome.exit
    if (job === undefined || exit === undefined || job.endReported || !Exit.isSuccess(exit)) return
    this.unpolledBytes -= job.bytes
    job.bytes = sizeOf(exit.value)
    this.unpolledBytes += job.bytes
  }

  change(id: string | number, change: JobChange, now: number): void {
    const plan = { stays: "running" }
    const job =
      this.jobs.get(String(id)) ??
      this.put(id, { connection: "", name: "", createdAt: now, plan, outcome: { exit: undefined, jobId: undefined } })
    job.change = { ...job.change, ...change }
  }

  views(now: number): ReadonlyArray<JobView> {
    return Array.from(this.jobs.values(), (job) => {
      const { status, progress } = { progress: undefined, ...stateAt(job, now, job.polls), ...job.change }
      const { id, connection, name, createdAt, polls, pollsAfterEnd } = job
      return { id, connection, name, createdAt, status, progress, ended: isEnd(status), polls, pollsAfterEnd }
    })
  }

  private put(id: string | number, start: Pick<Job, "connection" | "name" | "createdAt" | "plan" | "outcome">): Job {
    const createdAtText = DateTime.formatIso(DateTime.unsafeMake(start.createdAt))
    const job: Job = { ...start, createdAtText, id, ...newJob }
    this.jobs.set(String(id), job)
    this.unpolled++
    this.settle(id)
    if (this.unpolled > this.nextSweep.jobs || this.unpolledBytes > this.nextSweep.bytes) this.sweep(start.createdAt)
    return job
  }

  private endPolled(job: Job, { body }: FakeResponse): void {
    job.endReported = true
    this.unpolled--
    this.unpolledBytes -= job.bytes
    // the result and its text
    this.polledToEnd.push(String(job.id), 2 * body.length)
  }

  /** Drops the oldest ended jobs that no poll has seen, while there are too many. */
  private sweep(now: number): void {
    const { bytes, jobs } = this.unpolledLimits
    for (const [id, job] of this.jobs) {
      if (this.unpolled <= jobs && this.unpolledBytes <= bytes) break
      if (job.endReported || !isOver(job, now)) continue
      this.jobs.delete(id)
      this.unpolled--
      this.unpolledBytes -= job.bytes
    }
    this.nextSweep = {
      jobs: Math.max(jobs, this.unpolled * 1.25),
      bytes: Math.max(bytes, this.unpolledBytes * 1.25)
    }
  }

  private wasCreated(id: string): boolean {
    const number = this.ids === "number" ? id : id.replace(/^job-/, "")
    return /^[1-9]\d{0,14}$/.test(number) && Number(number) <= this.created
  }
}
