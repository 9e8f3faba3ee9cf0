import * as Job from "@effect-connectors/core/Job"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import * as ProgressBar from "@effect-connectors/node/ProgressBar"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Deferred from "effect/Deferred"
import * as Stream from "effect/Stream"
import { Writable } from "node:stream"

/** Keeps what is written to it. */
class Written extends Writable {
  text = ""
  readonly columns = 80

  constructor(readonly isTTY: boolean) {
    super()
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void) {
    this.text += String(chunk)
    done()
  }
}

const state = Schema.decodeUnknownSync(JobProtocol.JobState)

const progress = (fraction?: number): Job.JobEvent<string> =>
  Job.Progress(
    state({
      jobId: "j",
      state: "running",
      word: "running",
      ...(fraction === undefined ? {} : { progress: fraction })
    })
  )

const done: Job.JobEvent<string> = Job.Completed("result")

const cursorHidden = "\u001b[?25l"
const cursorShown = "\u001b[?25h"
const linesWrapped = "\u001b[?7h"

/** The terminal is as it was: what was hidden or switched off last is back. */
const assertRestored = (terminal: Written) => {
  assert.include(terminal.text, cursorHidden)
  assert.isAbove(terminal.text.lastIndexOf(cursorShown), terminal.text.lastIndexOf(cursorHidden))
  assert.isAbove(terminal.text.lastIndexOf(linesWrapped), terminal.text.lastIndexOf("\u001b[?7l"))
}

describe("ProgressBar: elsewhere than on a terminal", () => {
  it.effect("writes a line for each new percentage, and gives the result", () =>
    Effect.gen(function* () {
      const output = new Written(false)
      const events = Stream.make(progress(), progress(0), progress(0.254), progress(0.254), progress(7), done)
      assert.strictEqual(yield* ProgressBar.run(events, { title: "sync", output }), "result")
      assert.strictEqual(output.text, "sync 0 %\nsync 25 %\nsync 100 %\n")
      assert.isFalse(output.destroyed)
    })
  )

  it.effect("shows events that a program makes by itself, such as the sum over many jobs", () =>
    Effect.gen(function* () {
      const output = new Written(false)
      const part = (progress: number): ProgressBar.ProgressBarEvent<string> => ({
        _tag: "Progress",
        state: { progress }
      })
      const events = Stream.make(part(0), part(1 / 3), part(2 / 3), Job.Completed("all"))
      assert.strictEqual(yield* ProgressBar.run(events, { title: "jobs", output }), "all")
      assert.strictEqual(output.text, "jobs 0 %\njobs 33 %\njobs 67 %\njobs 100 %\n")
    })
  )

  it.effect("a title cannot control the terminal", () =>
    Effect.gen(function* () {
      const output = new Written(false)
      yield* ProgressBar.run(Stream.make(done), { title: "a\u001b[2Jb\nc", output })
      assert.strictEqual(output.text, "a [2Jb c 100 %\n")
    })
  )
})

describe("ProgressBar: on a terminal", () => {
  it.effect("draws a bar, clears it, and restores the terminal", () =>
    Effect.gen(function* () {
      const output = new Written(true)
      assert.strictEqual(yield* ProgressBar.run(Stream.make(progress(0.5), done), { title: "{bar}", output }), "result")
      assert.include(output.text, "{bar} ░░")
      assert.match(output.text, /█ 100 %/)
      assert.isTrue(output.text.endsWith("\u001b[2K"))
      assertRestored(output)
    })
  )

  it.effect("restores the terminal when it is interrupted", () =>
    Effect.gen(function* () {
      const output = new Written(true)
      const seen = yield* Deferred.make<void>()
      const listeners = [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]
      const events = Stream.concat(
        Stream.make(progress(0.5)),
        Stream.drain(Stream.fromEffect(Effect.zipRight(Deferred.succeed(seen, undefined), Effect.never)))
      )
      const fiber = yield* Effect.fork(ProgressBar.run(events, { output }))
      yield* Deferred.await(seen)
      assert.include(output.text, cursorHidden)
      assert.notInclude(output.text, cursorShown)
      assert.deepStrictEqual([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")], listeners)
      yield* Fiber.interrupt(fiber)
      assert.include(output.text, " 50 %")
      assertRestored(output)
    })
  )

  it.effect("restores the terminal when the job fails, and fails alike", () =>
    Effect.gen(function* () {
      const output = new Written(true)
      const events = Stream.concat(Stream.make(progress(0.5)), Stream.fail("job failed"))
      assert.strictEqual(yield* Effect.flip(ProgressBar.run(events, { output })), "job failed")
      assertRestored(output)
    })
  )
})

describe("ProgressBar: what it cannot run", () => {
  it.effect("a stream that ends without a result is NoSuchElementException", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ProgressBar.run(Stream.make(progress(1)), { output: new Written(false) }))
      assert.strictEqual(error._tag, "NoSuchElementException")
    })
  )
})
