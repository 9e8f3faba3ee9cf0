import type { ActionError, ActionOptions } from "@effect-connectors/core/Action"
import { assert, describe, it } from "@effect/vitest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Dialect } from "@effect-connectors/core/Dialect"
import { bosaFake, bosaOver, dialects, ok, rows } from "../support/bosaKit.js"
import type { Reply } from "../support/fakeClient.js"
import { type Expected, rows as faults } from "../support/matrix.js"

const modes = {
  default: {},
  "maxAttempts 3": { maxAttempts: 3 },
  "maxAttempts 3, replayUnsafe": { maxAttempts: 3, replayUnsafe: true }
} satisfies Record<string, ActionOptions>

type Mode = keyof typeof modes
const modeNames = ["default", "maxAttempts 3", "maxAttempts 3, replayUnsafe"] as const

// what is not JSON is a file here, and not a failure
const isFile = (name: string): boolean => name === "HTML 200"

// proof first; then what the caller allowed to follow an answer, then to follow none
const sendsOf = (name: string, { sends, status = 0, tag }: Expected, mode: Mode, dialect: Dialect): number => {
  if (tag === "ok") return 1
  if (tag === "NotSent") return sends
  if (mode === "default") return 1
  const hasStatusPolicy = dialect !== "gl" || mode === "maxAttempts 3, replayUnsafe"
  if (tag === "OutcomeUnknown") return mode === "maxAttempts 3, replayUnsafe" ? 3 : 1
  if (hasStatusPolicy) return status === 429 || status >= 500 ? 3 : 1
  return name.endsWith("retryable: true") ? 3 : 1
}

const run = (reply: Reply, mode: Mode, dialect: Dialect, then: Reply | undefined) => {
  const fake = then === undefined ? bosaFake(rows, reply) : bosaFake(rows, reply, then)
  return Effect.runPromise(
    VirtualClock.run(
      Effect.flatMap(bosaOver(fake.client, { dialect }), (bosa) =>
        Effect.either(bosa.execute("demo", "act", {}, modes[mode]))
      )
    )
  ).then((outcome) => ({ outcome, sends: fake.actions.length }))
}

const seen = (outcome: Either.Either<unknown, ActionError>) =>
  Either.match(outcome, {
    onLeft: (error) => ({ tag: error._tag, attempts: "attempts" in error ? error.attempts : undefined }),
    onRight: () => ({ tag: "ok", attempts: undefined })
  })

describe("the fault matrix of actions", () => {
  let cells = 0
  let extra = 0
  for (const { expected, name, reply } of faults) {
    it(name, async () => {
      const unsafe = isFile(name) ? { sends: 1, tag: "ok" as const } : expected.unsafe
      for (const dialect of dialects) {
        for (const mode of modeNames) {
          const cell = `${name}: ${dialect}, ${mode}`
          const want = sendsOf(name, unsafe, mode, dialect)
          const always = await run(reply, mode, dialect, undefined)
          const end = seen(always.outcome)
          assert.strictEqual(always.sends, want, `${cell}: sends`)
          assert.strictEqual(end.tag, unsafe.tag, `${cell}: tag`)
          if (end.attempts !== undefined) assert.strictEqual(end.attempts, want, `${cell}: attempts`)
          const healed = await run(reply, mode, dialect, ok)
          assert.strictEqual(healed.sends, want > 1 ? 2 : 1, `${cell}: sends when it passes`)
          assert.strictEqual(Either.isRight(healed.outcome), want > 1 || unsafe.tag === "ok", `${cell}: when it passes`)
          // without the caller's word only proof is followed by another send
          if (mode === "default" && want > 1) assert.strictEqual(unsafe.tag, "NotSent", cell)
          extra += want - 1
          cells++
        }
      }
    })
  }

  it("lost no cell", () => {
    assert.strictEqual(cells, faults.length * dialects.length * modeNames.length)
    console.log(`fault matrix of actions: ${cells} cells, ${faults.length} faults, ${extra} sends beyond the first`)
  })
})

describe("a mixed sequence never reports as failed what may have happened", () => {
  const unclear = faults.filter(
    ({ expected }) => expected.unsafe.tag === "OutcomeUnknown" && expected.unsafe.sends === 1
  )
  const proved = faults.filter(({ expected }) => expected.unsafe.tag === "NotSent")
  const refused = faults.filter(({ name }) => ["400", "404", "409", "422"].includes(name))

  it("lost, then not sent: unknown; lost, then refused: says so", async () => {
    let courses = 0
    for (const first of unclear) {
      if (isFile(first.name)) continue
      for (const second of [...proved.slice(0, 3), ...refused]) {
        const { outcome, sends } = await run(first.reply, "maxAttempts 3, replayUnsafe", "bosa", second.reply)
        const error = Either.getOrThrow(Either.flip(outcome))
        assert.isAtLeast(sends, 2, first.name)
        const mayHave =
          error._tag === "OutcomeUnknown" || ("mayHaveHappened" in error && error.mayHaveHappened === true)
        assert.isTrue(mayHave, `${first.name}, then ${second.name}: ${error._tag}`)
        courses++
      }
    }
    assert.isAbove(courses, 100)
  })
})
