import * as Core from "@effect-connectors/core"
import {
  type ApiError,
  type BosaError,
  type ConnectorFile,
  type JobError,
  JobRef,
  type LedgerError
} from "@effect-connectors/core"
import * as Node from "@effect-connectors/node"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

interface ErrorSchema extends Schema.Schema<object, unknown> {
  readonly fields: Schema.Struct.Fields
  readonly _tag: string
}

type NodeError =
  | Node.NodeConnectors.InvalidOptions
  | Node.NodeFile.DigestMismatch
  | Node.NodeFile.FileUnreadable
  | Node.NodeFile.FileUnsaved
  | Node.NodeLedger.LedgerFileRefused
  | Node.NodeSkills.SkillNotWritten
  | Node.NodeTokenStore.TokenFileRefused
  | Node.PromiseClient.ClientClosed

type Tag = (
  | ApiError.ApiError
  | JobError.JobError
  | BosaError.BosaError
  | LedgerError.LedgerError
  | LedgerError.KeyReused
  | LedgerError.SubmissionNotDone
  | ConnectorFile.FileError
  | NodeError
)["_tag"]

// the closed list: an error that is not named here does not compile, or fails the test
const covered: Record<Tag, true> = {
  AlreadyDone: true,
  ApiRejected: true,
  ClientClosed: true,
  DeadlineExceeded: true,
  DigestMismatch: true,
  FileError: true,
  FileUnreadable: true,
  FileUnsaved: true,
  Forbidden: true,
  IntegrationRequired: true,
  InvalidOptions: true,
  InvalidRequest: true,
  JobCancelled: true,
  JobDeadlineExceeded: true,
  JobFailed: true,
  JobNotFound: true,
  KeyReused: true,
  LedgerFailed: true,
  LedgerFileRefused: true,
  NotFound: true,
  NotSent: true,
  OutcomeUnknown: true,
  PaginationLoop: true,
  RateLimited: true,
  ServerFailed: true,
  SkillNotWritten: true,
  SkillRejected: true,
  SubmissionNotDone: true,
  SubmissionUnknown: true,
  TokenFileRefused: true,
  Unauthorized: true,
  UnexpectedBody: true,
  UnexpectedRedirect: true,
  Unreachable: true
}

const isErrorClass = (value: unknown): value is ErrorSchema =>
  Predicate.isFunction(value) && Schema.isSchema(value) && value.prototype instanceof Error && "fields" in value

/** Every error class that a module of the packages exports, by its tag. */
const errorClasses = (): ReadonlyMap<string, ErrorSchema> => {
  const found = new Map<string, ErrorSchema>()
  for (const exported of [...Object.values(Core), ...Object.values(Node)]) {
    const values: ReadonlyArray<unknown> = Predicate.isObject(exported) ? Object.values(exported) : []
    for (const value of [exported, ...values]) if (isErrorClass(value)) found.set(value._tag, value)
  }
  return found
}

const plain = (value: unknown): unknown => {
  if (Duration.isDuration(value)) return Duration.format(value)
  if (Predicate.isNumber(value)) return value + 0 // JSON has no -0
  if (Array.isArray(value)) return value.map(plain)
  if (!Predicate.isRecord(value)) return value
  return Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, plain(one)]]))
}

const fieldsOf = (schema: ErrorSchema, error: object): unknown => {
  const fields = new Map(Object.entries(error))
  return Object.keys(schema.fields)
    .sort()
    .map((name) => [name, plain(fields.get(name))])
}

// JSON of an object that has this name is read as one without it
const isFair = (error: object): boolean => !JSON.stringify(error).includes("__proto__")

// a Duration writes its seconds as a number, which is not exact over 2^53: some 285 million years
const isExact = (error: object): boolean => !/"hrtime":\[(?!\d{1,15},)/.test(JSON.stringify(error))

const overJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const runs = { numRuns: 60, seed: 15 }

describe("errors as JSON", () => {
  const classes = errorClasses()

  it("the list of errors is closed: each that a module exports is covered", () => {
    assert.deepStrictEqual([...classes.keys()].sort(), Object.keys(covered).sort())
  })

  for (const [tag, schema] of classes) {
    const errors = Arbitrary.make(schema).filter(isFair)

    it(`${tag} decodes from its encoded form in JSON with all of its fields`, () => {
      FastCheck.assert(
        FastCheck.property(errors, (error) => {
          const back = Schema.decodeUnknownSync(schema)(overJson(Schema.encodeSync(schema)(error)))
          assert.strictEqual(Object.getPrototypeOf(back), Object.getPrototypeOf(error))
          assert.deepStrictEqual(fieldsOf(schema, back), fieldsOf(schema, error))
          assert.strictEqual(String(back), String(error))
        }),
        runs
      )
    })

    it(`${tag} decodes from what JSON.stringify makes of it`, () => {
      FastCheck.assert(
        FastCheck.property(errors.filter(isExact), (error) => {
          const back = Schema.decodeUnknownSync(schema)(overJson(error))
          assert.deepStrictEqual(fieldsOf(schema, back), fieldsOf(schema, error))
        }),
        runs
      )
    })
  }

  it("durations keep parts of a millisecond, and that they have no end", () => {
    const job = new JobRef({
      v: 1,
      api: "connections",
      origin: "http://localhost",
      jobId: "job-1",
      operation: "actions.execute",
      submittedAt: 1
    })
    for (const deadline of [Duration.millis(1.5), Duration.infinity, Duration.zero, Duration.days(400)]) {
      const error = new Core.JobError.JobDeadlineExceeded({ job, deadline, polls: 3 })
      for (const written of [Schema.encodeSync(Core.JobError.JobDeadlineExceeded)(error), error]) {
        const back = Schema.decodeUnknownSync(Core.JobError.JobError)(overJson(written))
        assert.isTrue(back._tag === "JobDeadlineExceeded" && Duration.equals(back.deadline, deadline))
      }
    }
  })
})
