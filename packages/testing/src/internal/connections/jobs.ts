import * as DateTime from "effect/DateTime"
import type { JobChange, JobView } from "../../ConnectionsModel.js"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { Json } from "../../Executor.js"
import type { JobPlan } from "../../World.js"
import { compact } from "../fakeServer/json.js"
import type { FakeResponse } from "../fakeServer/response.js"
import { isEnd } from "./jobScript.js"
import { stateAt, type VisibleState, type WorkOutcome } from "./jobState.js"
import { notFound, ok } from "./responses.js"

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

const newJob = { change: unchanged, lastResponse: undefined, polls: 0, pollsAfterEnd: 0, endReported: false }

/**
 * The jobs of a platform. No timer advances a job: its state is computed from its plan and the time or the number of
 * the poll, so that ten thousand jobs cost nothing while they run.
 *
 * @internal
 */
export class Jobs {
  private readonly jobs = new Map<string, Job>()
  private created = 0

  constructor(private readonly ids: "text" | "number") {}

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
    if (job === undefined || job.change.gone === true) return notFound(`the job ${id}`)
    const { raw } = job.change
    const polled = raw === undefined || raw === null ? responseTo(job, now) : rawResponse(raw)
    job.polls++
    if (job.endReported) job.pollsAfterEnd++
    if (polled.isEnd) job.endReported = true
    return polled.response
  }

  change(id: string | number, change: JobChange, now: number): void {
    const plan = { stays: "running" }
    const job =
      this.jobs.get(String(id)) ??
      this.put(id, { connection: "", name: "", createdAt: now, plan, outcome: { exit: undefined } })
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
    return job
  }
}
