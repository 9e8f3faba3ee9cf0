import {
  ApiError,
  BosaError,
  ConnectorFile,
  Job,
  JobError,
  type JobProtocol,
  JobRef,
  LedgerError
} from "@effect-connectors/core"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpServer from "@effect/platform/HttpServer"
import * as Rpc from "@effect/rpc/Rpc"
import * as RpcClient from "@effect/rpc/RpcClient"
import * as RpcGroup from "@effect/rpc/RpcGroup"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as RpcServer from "@effect/rpc/RpcServer"
import * as RpcTest from "@effect/rpc/RpcTest"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const AnyError = Schema.Union(
  ...ApiError.ApiError.members,
  ...JobError.JobError.members,
  LedgerError.AlreadyDone,
  LedgerError.KeyReused,
  LedgerError.LedgerFailed,
  LedgerError.SubmissionNotDone,
  LedgerError.SubmissionUnknown,
  BosaError.IntegrationRequired,
  BosaError.PaginationLoop,
  BosaError.SkillRejected,
  ConnectorFile.FileError
)
type AnyError = typeof AnyError.Type

const drawn = FastCheck.sample(Arbitrary.make(AnyError), { numRuns: 1_000, seed: 7 })
const tags = [...new Set(drawn.map(({ _tag }) => _tag))]
/** Two errors of each tag. */
const errors: ReadonlyArray<AnyError> = tags.flatMap((tag) => drawn.filter(({ _tag }) => _tag === tag).slice(0, 2))

const job = new JobRef({
  v: 1,
  api: "connections",
  origin: "http://localhost",
  jobId: "job-1",
  operation: "actions.execute",
  connection: "crm",
  submittedAt: 1_700_000_000_000
})

const canary = "canary-9be2d7a1"

const running: JobProtocol.JobState = {
  jobId: "job-1",
  state: "running",
  word: "in_progress",
  progress: 0.25,
  result: { password: canary },
  error: canary,
  createdAt: DateTime.unsafeMake(1_700_000_000_000),
  startedAt: undefined,
  updatedAt: undefined,
  finishedAt: undefined,
  pollAfterMillis: 500,
  raw: { token: canary }
}

const Synced = Schema.Struct({ at: Schema.DateTimeUtc, synced: Schema.BigInt })
const Event = Job.JobEvent.schema(Synced)
const events: ReadonlyArray<Job.JobEvent<typeof Synced.Type>> = [
  Job.Submitted(job),
  Job.Progress(running),
  Job.Completed({ at: DateTime.unsafeMake(0), synced: 2n ** 60n })
]

/** What of an event goes over. */
const shown = (all: ReadonlyArray<Job.JobEvent<typeof Synced.Type>>) =>
  all.map((event) =>
    event._tag === "Progress"
      ? { _tag: event._tag, state: { ...event.state, result: undefined, error: undefined, raw: undefined } }
      : { ...event }
  )

const encodedError = Schema.encodeSync(AnyError)

const assertSame = (got: AnyError, sent: AnyError) => {
  assert.strictEqual(Object.getPrototypeOf(got), Object.getPrototypeOf(sent))
  assert.strictEqual(JSON.stringify(encodedError(got)), JSON.stringify(encodedError(sent)))
  assert.strictEqual(got.message, sent.message)
}

const Index = Schema.NumberFromString

const errorAt = (index: number): AnyError => errors[index] ?? new ConnectorFile.FileError({ code: "NONE" })

const api = HttpApi.make("api").add(
  HttpApiGroup.make("jobs")
    .add(HttpApiEndpoint.get("events", "/events").addSuccess(Schema.Array(Event)))
    .add(
      HttpApiEndpoint.get("fails", "/fails")
        .setUrlParams(Schema.Struct({ index: Index }))
        .addError(AnyError)
    )
)

const handlers = HttpApiBuilder.group(api, "jobs", (group) =>
  group
    .handle("events", () => Effect.succeed(events))
    .handle("fails", ({ urlParams }) => Effect.fail(errorAt(urlParams.index)))
)

class Calls extends RpcGroup.make(
  Rpc.make("events", { success: Event, error: AnyError, stream: true }),
  Rpc.make("fails", { payload: { index: Schema.Number }, error: AnyError })
) {}

const procedures = Calls.toLayer({
  events: () => Stream.fromIterable(events),
  fails: ({ index }) => Effect.fail(errorAt(index))
})

/** A client over the handler of a server of the same process, and every text that went over. */
const overFetch = (handler: (request: Request) => Promise<Response>) => {
  const texts: Array<string> = []
  const send: typeof fetch = async (input, init) => {
    const response = await handler(new Request(input, init))
    texts.push(await response.clone().text())
    return response
  }
  return { texts, layer: Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.Fetch, send)) }
}

const disposable = <W extends { readonly dispose: () => Promise<void> }>(make: () => W) =>
  Effect.acquireRelease(Effect.sync(make), (web) => Effect.promise(() => web.dispose()))

describe("values that cross a boundary", () => {
  it("every error of core is among them, twice", () => {
    assert.strictEqual(tags.length, AnyError.members.length)
    assert.strictEqual(errors.length, 2 * tags.length)
  })

  it.scopedLive("HttpApi: every error and event reaches the client as it was, without what the server wrote", () =>
    Effect.gen(function* () {
      const web = yield* disposable(() =>
        HttpApiBuilder.toWebHandler(
          Layer.merge(Layer.provide(HttpApiBuilder.api(api), handlers), HttpServer.layerContext)
        )
      )
      const { layer, texts } = overFetch((request) => web.handler(request))
      const client = yield* Effect.provide(HttpApiClient.make(api, { baseUrl: "http://localhost" }), layer)
      for (const [index, sent] of errors.entries()) {
        const got = yield* Effect.flip(client.jobs.fails({ urlParams: { index } }))
        if (got._tag === "HttpApiDecodeError" || got._tag === "RequestError" || got._tag === "ResponseError") throw got
        if (got._tag === "ParseError") throw got
        assertSame(got, sent)
      }
      assert.deepStrictEqual(shown(yield* client.jobs.events()), shown(events))
      assert.notInclude(texts.join(), canary)
    })
  )

  it.scopedLive("Rpc over HTTP: every error and event reaches the client as it was", () =>
    Effect.gen(function* () {
      const web = yield* disposable(() =>
        RpcServer.toWebHandler(Calls, {
          layer: Layer.mergeAll(procedures, RpcSerialization.layerNdjson, HttpServer.layerContext)
        })
      )
      const { layer, texts } = overFetch((request) => web.handler(request))
      const protocol = RpcClient.layerProtocolHttp({ url: "http://localhost/rpc" }).pipe(
        Layer.provide([layer, RpcSerialization.layerNdjson])
      )
      const client = yield* Effect.provide(RpcClient.make(Calls), yield* Layer.build(protocol))
      for (const [index, sent] of errors.entries()) {
        const got = yield* Effect.flip(client.fails({ index }))
        if (got._tag === "RpcClientError") throw got
        assertSame(got, sent)
      }
      const got = yield* Stream.runCollect(client.events())
      assert.deepStrictEqual(shown([...got]), shown(events))
      assert.notInclude(texts.join(), canary)
    })
  )

  it.scopedLive("RpcTest: the client of a test gets them too", () =>
    Effect.gen(function* () {
      const client = yield* Effect.provide(RpcTest.makeClient(Calls), procedures)
      for (const [index, sent] of errors.entries()) assertSame(yield* Effect.flip(client.fails({ index })), sent)
      const got = yield* Stream.runCollect(client.events())
      assert.deepStrictEqual(shown([...got]), shown(events))
    })
  )

  it("a workflow keeps the exit of an activity: every error and event comes back from its journal", () => {
    const Journal = Schema.parseJson(Schema.Exit({ success: Event, failure: AnyError, defect: Schema.Defect }))
    const again = (exit: typeof Journal.Type) => Schema.decodeSync(Journal)(Schema.encodeSync(Journal)(exit))
    for (const sent of errors) {
      const exit = again(Exit.fail(sent))
      assert.isTrue(Exit.isFailure(exit))
      if (Exit.isFailure(exit)) {
        for (const got of Cause.failures(exit.cause)) assertSame(got, sent)
        assert.strictEqual([...Cause.failures(exit.cause)].length, 1)
      }
    }
    const got = events.flatMap((event) => {
      const exit = again(Exit.succeed(event))
      return Exit.isSuccess(exit) ? [exit.value] : []
    })
    assert.deepStrictEqual(shown(got), shown(events))
  })
})
