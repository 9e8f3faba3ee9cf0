import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BosaTest } from "../src/BosaTest.js"
import { ConnectionsTest } from "../src/ConnectionsTest.js"
import * as Faults from "../src/Faults.js"
import * as Job from "../src/Job.js"
import * as Laws from "../src/Laws.js"
import * as Platforms from "../src/Platforms.js"
import { Recorder } from "../src/Recorder.js"
import { lawsOnly } from "../src/Vitest.js"
import { VirtualClock } from "../src/VirtualClock.js"
import * as World from "../src/World.js"

/** Options as JavaScript gives them, past the compiler. */
const wrong = <A>(options: object): A => JSON.parse(JSON.stringify(options))

const clients = Layer.provide(Laws.client({ baseUrl: "http://localhost" }), Platforms.layer())

const recording = { version: 1, salt: "s", exchanges: [] } as const

/** Where options are given, with a name that is not known, and the nearest that is. */
const places: Readonly<Record<string, readonly [place: () => unknown, refusal: RegExp]>> = {
  ConnectionsTest: [() => ConnectionsTest.layer(World.demo, wrong({ lenent: true })), /lenent: .*"lenient"/],
  BosaTest: [() => BosaTest.layer(World.demo, wrong({ logLimt: 1 })), /logLimt: .*"logLimit"/],
  Platforms: [() => Platforms.layer(World.demo, wrong({ verfy: true })), /verfy: .*"verify"/],
  VirtualClock: [() => VirtualClock.run(Effect.void, wrong({ sead: 1 })), /sead: .*"seed"/],
  Recorder: [() => Recorder.layer("file", wrong({ mod: "record" })), /mod: .*"mode"/],
  "Recorder.layerRecord": [() => Recorder.layerRecord(wrong({ secret: {} })), /secret: .*"secrets"/],
  "Recorder.layerReplay": [
    () => Recorder.layerReplay(wrong(recording), wrong({ repeatlst: true })),
    /repeatlst: .*"repeatLast"/
  ],
  "Laws.client": [() => Laws.client(wrong({ baseUrl: "http://localhost", dialct: "gl" })), /dialct: .*"dialect"/],
  "Laws.checkOne": [() => Laws.checkOne(Laws.all[0] ?? assert.fail(), clients, wrong({ limt: 1 })), /limt: .*"limit"/],
  "Vitest.lawsOnly": [() => lawsOnly([], ConnectionsTest.layer(), wrong({ nam: "x" })), /nam: .*"name"/],
  "Job.takes": [() => Job.takes("1 second", wrong({ progres: true })), /progres: .*"progress"/],
  "Job.script": [() => Job.script(["completed"], wrong({ reslt: 1 })), /reslt: .*"result"/],
  "Job.stays": [() => Job.stays("x", wrong({ alwaysjob: true })), /alwaysjob: .*"alwaysJob"/],
  "Faults.arbitrary": [() => Faults.arbitrary(wrong({ maxFault: 1 })), /maxFault: .*"maxFaults"/]
}

describe("an option that is not known is refused where it is given", () => {
  for (const [name, [place, refusal]] of Object.entries(places)) it(name, () => assert.throws(place, refusal))
})
