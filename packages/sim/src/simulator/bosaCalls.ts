import type * as Action from "@effect-connectors/core/Action"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { told, written } from "./calls.js"
import { type Operation, sends } from "./connectionCalls.js"
import type { Dice } from "./random.js"
import type { Invoked, Policy } from "./history.js"
import type { Process } from "./process.js"
import { canary, filesOrigin } from "./world.js"

const token = ({ tenant }: Process) => Redacted.make(`${canary}-user-${tenant.index}`)

interface Asked {
  readonly policy: Policy
  readonly attempts: number
  readonly options: Action.ActionOptions
}

const asked = (process: Process, dice: Dice): Asked => {
  const kind = dice.pick(["plain", "attempts", "replayUnsafe"])
  if (kind === "plain") return { policy: "default", attempts: 3, options: {} }
  const maxAttempts = dice.between(1, 4)
  if (kind === "replayUnsafe") {
    return { policy: "replayUnsafe", attempts: maxAttempts, options: { maxAttempts, replayUnsafe: true } }
  }
  const policy = process.tenant.dialect === "gl" ? "word" : "attempts"
  return { policy, attempts: maxAttempts, options: { maxAttempts } }
}

const invoked = (process: Process, dice: Dice, { attempts, policy }: Asked, path: string): Invoked => ({
  class: "unsafe",
  policy,
  maxSends: sends(process, Math.max(3, attempts)),
  path,
  ownWaits: true,
  ...(dice.chance(0.3) ? { deadline: dice.between(1, 15) * 1000 } : {})
})

const read = (process: Process, path: string, more: Partial<Invoked> = {}): Invoked => ({
  class: "safe",
  policy: "default",
  maxSends: sends(process, 3),
  path,
  ...more
})

const note =
  (connector: string, action: string): Operation =>
  (process, dice) => {
    const id = process.desk.recorder.call()
    const marker = `k${id}`
    const how = asked(process, dice)
    const call = { ...invoked(process, dice, how, `/${connector}/${action}`), marker }
    const done = process.bosa.execute(connector, action, { marker }, how.options)
    return written(process.desk, "bosa.execute", call, done, ({ data }) => told(data), id)
  }

const walk =
  (action: string): Operation =>
  (process, dice) => {
    const id = process.desk.recorder.call()
    const how = asked(process, dice)
    const call: Invoked = { ...invoked(process, dice, how, `/demo/${action}`), pages: true }
    const walked = process.bosa
      .connect("demo")
      .action(action)
      .with({ given: { marker: `k${id}` }, options: { ...how.options, maxPages: 9 } })
    const pages = dice.chance(0.25) ? walked.pagesBackward : walked.pages
    const limited = dice.chance(0.3) ? Stream.take(pages, dice.between(1, 2)) : pages
    return written(process.desk, "bosa.pages", call, Stream.runCount(limited), () => ({}), id)
  }

const upload: Operation = (process, dice) => {
  const id = process.desk.recorder.call()
  const marker = `k${id}`
  const how = asked(process, dice)
  const text = "a line\n".repeat(dice.between(1, 30))
  const bytes = Stream.fromIterable([new TextEncoder().encode(text)])
  // one that can be read only once cannot be sent again
  const file = dice.chance(0.5)
    ? ConnectorFile.fromText(text, { filename: "lines.txt" })
    : ConnectorFile.fromStream(bytes, { filename: "lines.txt", replayable: dice.chance(0.5) })
  const call = { ...invoked(process, dice, how, "/demo/upload"), marker }
  const done = process.bosa.execute("demo", "upload", { marker, file }, how.options)
  return written(process.desk, "bosa.upload", call, done, ({ data }) => told(data), id)
}

const download: Operation = (process, dice) => {
  const how = asked(process, dice)
  const call = invoked(process, dice, how, "/demo/download")
  const opened = process.bosa.connect("demo").action("download").with({ options: how.options }).download
  const bytes = Effect.scoped(Effect.flatMap(opened, (file) => file.bytes))
  return written(process.desk, "bosa.download", call, bytes, (read) =>
    new TextDecoder().decode(read) === "report" ? {} : { wrong: `${read.byteLength} bytes of a file of 6` }
  )
}

const artifact: Operation = (process) => {
  const downloadUrl = Redacted.make(`${filesOrigin}/skill.md`)
  const skill = { id: "1", name: "skill", sourceType: "manual", contentSha256: undefined, downloadUrl }
  return written(
    process.desk,
    "skills.artifact",
    read(process, "/skill.md"),
    process.bosa.skills.artifact(skill),
    () => ({})
  )
}

const { policy, attempts } = { policy: "default", attempts: 3 } as const

/** What is called on BOSA. */
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
    written(
      process.desk,
      "bosa.connectors",
      { class: "safe", policy: "default", maxSends: 3 },
      process.bosa.connectors,
      (names) => (names.length === 2 ? {} : { wrong: names.join() })
    ),
  me: (process) =>
    written(
      process.desk,
      "users.me",
      withoutPath(read(process, "")),
      process.bosa.users.me(token(process)),
      () => ({})
    ),
  createUser: (process, dice) => {
    const id = process.desk.recorder.call()
    const call = { ...invoked(process, dice, { policy, attempts, options: {} }, "/users/"), ownWaits: false }
    return written(
      process.desk,
      "users.create",
      withoutPath(call),
      process.bosa.users.create(`new-${id}`),
      () => ({}),
      id
    )
  },
  hasIntegration: (process) =>
    written(
      process.desk,
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
