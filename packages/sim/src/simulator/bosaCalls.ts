import type * as Action from "@effect-connectors/core/Action"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { returnedValue, recordCall } from "./callLog.js"
import { type Operation, sends } from "./connectionCalls.js"
import type { SeededRandom } from "./seededRandom.js"
import type { Invoked, Policy } from "./history.js"
import type { ClientProcess } from "./clientProcess.js"
import { canary } from "../common/canary.js"
import { filesOrigin } from "./world.js"

const token = ({ tenant }: ClientProcess) => Redacted.make(`${canary}-user-${tenant.index}`)

interface ReplayChoice {
  readonly policy: Policy
  readonly attempts: number
  readonly options: Action.ActionOptions
}

const replayChoice = (process: ClientProcess, random: SeededRandom): ReplayChoice => {
  const kind = random.pick(["plain", "attempts", "replayUnsafe"])
  if (kind === "plain") return { policy: "default", attempts: 3, options: {} }
  const maxAttempts = random.between(1, 4)
  if (kind === "replayUnsafe") {
    return { policy: "replayUnsafe", attempts: maxAttempts, options: { maxAttempts, replayUnsafe: true } }
  }
  const policy = process.tenant.dialect === "gl" ? "word" : "attempts"
  return { policy, attempts: maxAttempts, options: { maxAttempts } }
}

const invoked = (
  process: ClientProcess,
  random: SeededRandom,
  { attempts, policy }: ReplayChoice,
  path: string
): Invoked => ({
  class: "unsafe",
  policy,
  maxSends: sends(process, Math.max(3, attempts)),
  path,
  ownWaits: true,
  ...(random.chance(0.3) ? { deadline: random.between(1, 15) * 1000 } : {})
})

const read = (process: ClientProcess, path: string, more: Partial<Invoked> = {}): Invoked => ({
  class: "safe",
  policy: "default",
  maxSends: sends(process, 3),
  path,
  ...more
})

const note =
  (connector: string, action: string): Operation =>
  (process, random) => {
    const id = process.log.recorder.call()
    const marker = `k${id}`
    const how = replayChoice(process, random)
    const call = { ...invoked(process, random, how, `/${connector}/${action}`), marker }
    const done = process.bosa.execute(connector, action, { marker }, how.options)
    return recordCall(process.log, "bosa.execute", call, done, ({ data }) => returnedValue(data), id)
  }

const walk =
  (action: string): Operation =>
  (process, random) => {
    const id = process.log.recorder.call()
    const how = replayChoice(process, random)
    const call: Invoked = { ...invoked(process, random, how, `/demo/${action}`), pages: true }
    const walked = process.bosa
      .connect("demo")
      .action(action)
      .with({ given: { marker: `k${id}` }, options: { ...how.options, maxPages: 9 } })
    const pages = random.chance(0.25) ? walked.pagesBackward : walked.pages
    const limited = random.chance(0.3) ? Stream.take(pages, random.between(1, 2)) : pages
    return recordCall(process.log, "bosa.pages", call, Stream.runCount(limited), () => ({}), id)
  }

const upload: Operation = (process, random) => {
  const id = process.log.recorder.call()
  const marker = `k${id}`
  const how = replayChoice(process, random)
  const text = "a line\n".repeat(random.between(1, 30))
  const bytes = Stream.fromIterable([new TextEncoder().encode(text)])
  // a stream that can be read only once cannot be sent again
  const file = random.chance(0.5)
    ? ConnectorFile.fromText(text, { filename: "lines.txt" })
    : ConnectorFile.fromStream(bytes, { filename: "lines.txt", replayable: random.chance(0.5) })
  const call = { ...invoked(process, random, how, "/demo/upload"), marker }
  const done = process.bosa.execute("demo", "upload", { marker, file }, how.options)
  return recordCall(process.log, "bosa.upload", call, done, ({ data }) => returnedValue(data), id)
}

const download: Operation = (process, random) => {
  const how = replayChoice(process, random)
  const call = invoked(process, random, how, "/demo/download")
  const opened = process.bosa.connect("demo").action("download").with({ options: how.options }).download
  const bytes = Effect.scoped(Effect.flatMap(opened, (file) => file.bytes))
  return recordCall(process.log, "bosa.download", call, bytes, (read) =>
    new TextDecoder().decode(read) === "report" ? {} : { wrong: `${read.byteLength} bytes of a file of 6` }
  )
}

const artifact: Operation = (process) => {
  const downloadUrl = Redacted.make(`${filesOrigin}/skill.md`)
  const skill = { id: "1", name: "skill", sourceType: "manual", contentSha256: undefined, downloadUrl }
  return recordCall(
    process.log,
    "skills.artifact",
    read(process, "/skill.md"),
    process.bosa.skills.artifact(skill),
    () => ({})
  )
}

const { policy, attempts } = { policy: "default", attempts: 3 } as const

/** The calls on BOSA. */
export const bosaCalls: Readonly<Record<string, Operation>> = {
  bosaNote: note("demo", "note"),
  bosaNoteSlow: note("demo", "slow"),
  bosaNoteOther: note("other", "note"),
  bosaPages: walk("list"),
  bosaCursors: walk("events"),
  bosaEndless: walk("endless"),
  bosaUpload: upload,
  bosaDownload: download,
  artifact,
  connectors: (process) =>
    recordCall(
      process.log,
      "bosa.connectors",
      { class: "safe", policy: "default", maxSends: 3 },
      process.bosa.connectors,
      (names) => (names.length === 2 ? {} : { wrong: names.join() })
    ),
  me: (process) =>
    recordCall(
      process.log,
      "users.me",
      withoutPath(read(process, "")),
      process.bosa.users.me(token(process)),
      () => ({})
    ),
  createUser: (process, random) => {
    const id = process.log.recorder.call()
    const call = { ...invoked(process, random, { policy, attempts, options: {} }, "/users/"), ownWaits: false }
    return recordCall(
      process.log,
      "users.create",
      withoutPath(call),
      process.bosa.users.create(`new-${id}`),
      () => ({}),
      id
    )
  },
  hasIntegration: (process) =>
    recordCall(
      process.log,
      "integrations.has",
      withoutPath(read(process, "")),
      process.bosa.integrations.has("demo", token(process)),
      () => ({})
    )
}

// their paths differ from dialect to dialect
function withoutPath({ path: _, ...call }: Invoked): Invoked {
  return call
}
