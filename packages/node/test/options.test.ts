import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as Job from "@effect-connectors/core/Job"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeFile from "@effect-connectors/node/NodeFile"
import * as NodeLedger from "@effect-connectors/node/NodeLedger"
import * as NodeSkills from "@effect-connectors/node/NodeSkills"
import * as ProgressBar from "@effect-connectors/node/ProgressBar"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { tmpdir } from "node:os"

/** Options as JavaScript gives them, past the compiler. */
const wrong = <A>(options: object): A => JSON.parse(JSON.stringify(options))

const path = join(tmpdir(), "effect-connectors-no-such-file")

const skill = { id: "s", name: "s", sourceType: "manual", bytes: new Uint8Array() }

/** What fails, and what its message says. */
const places: Readonly<
  Record<string, readonly [run: Effect.Effect<unknown, { readonly message: string }>, message: string]>
> = {
  "NodeConnectors.make": [
    Effect.scoped(NodeConnectors.make(wrong({ connection: 5 }))),
    'connection: is not an option; the nearest is "connections"'
  ],
  "NodeFile.fromPath": [
    NodeFile.fromPath(path, wrong({ maxByte: 5 })),
    `${path} cannot be read: UNKNOWN_OPTION. "maxByte" is not an option: the nearest is "maxBytes"`
  ],
  "NodeFile.save": [
    NodeFile.save(ConnectorFile.fromText("x"), path, wrong({ overwrit: true })),
    `${path} was not saved: UNKNOWN_OPTION. "overwrit" is not an option: the nearest is "overwrite"`
  ],
  "NodeLedger.layer": [
    Effect.scoped(Layer.build(NodeLedger.layer(path, wrong({ leese: "1 minute" })))),
    `${path} cannot hold the ledger (UNKNOWN_OPTION): the option is \`lease\`, and there is no other`
  ],
  "NodeSkills.install": [
    NodeSkills.install(skill, wrong({ destinations: [path], overwrit: true })),
    'Skill "s" was not written: "overwrit" is not an option: the nearest is "overwrite"'
  ],
  "ProgressBar.run": [
    ProgressBar.run(Stream.make(Job.Completed(1)), wrong({ titel: "sync" })),
    'ProgressBar.run: refused, nothing was sent. titel: is not an option (the nearest is "title")'
  ]
}

describe("an option that is not known is refused, and nothing is touched", () => {
  for (const [name, [run, message]] of Object.entries(places)) {
    it.effect(name, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* Effect.flip(run)).message, message)
        assert.isFalse(existsSync(path))
      })
    )
  }
})
