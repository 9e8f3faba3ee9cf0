import type { ConnectionsApi } from "../../ConnectionsApi.js"
import type { Issue } from "../../InvalidRequest.js"
import type { JobProtocol } from "../../JobProtocol.js"
import * as OptionNames from "../../OptionNames.js"
import { clientNames } from "../http/settings.js"
import { watchNames } from "../jobs/watchPlan.js"

const ofClient = OptionNames.make<ConnectionsApi.Options>({
  ...clientNames,
  checkInputs: true,
  inputsTtl: true,
  slugPattern: true,
  idempotencyKey: true,
  jobs: true
})

const ofJobs = OptionNames.make<ConnectionsApi.JobOptions>({
  ...watchNames,
  concurrency: true,
  budget: true,
  keepEnds: true,
  protocol: true
})

const ofProtocol = OptionNames.make<JobProtocol>({
  jobId: true,
  containers: true,
  state: true,
  result: true,
  error: true,
  progress: true,
  createdAt: true,
  startedAt: true,
  updatedAt: true,
  finishedAt: true,
  words: true
})

/**
 * The options of a client whose names are not known, those inside of `jobs` among them.
 *
 * @internal
 */
export const optionIssues = (options: ConnectionsApi.Options): ReadonlyArray<Issue> => {
  const issues = OptionNames.issues(ofClient, options)
  const jobs = issues.length === 0 ? options.jobs : undefined
  if (jobs === undefined) return issues
  const jobIssues = OptionNames.issues(ofJobs, jobs, ["jobs"])
  return jobIssues.length > 0 || jobs.protocol === undefined
    ? jobIssues
    : OptionNames.issues(ofProtocol, jobs.protocol, ["jobs", "protocol"])
}
