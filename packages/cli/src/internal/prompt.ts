/**
 * Questions on a terminal. Loaded where one is asked.
 */
import * as Prompt from "@effect/cli/Prompt"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { say, Shell } from "./shell.js"

/** The question is talk: stdout is for data. */
const terminal = Layer.effect(
  Terminal.Terminal,
  Effect.flatMap(Shell, ({ stderr }) =>
    Effect.map(Terminal.Terminal, (terminal) =>
      Terminal.Terminal.of({
        ...terminal,
        display: (text) => Effect.sync(() => void stderr.write(text))
      })
    )
  )
).pipe(Layer.provide(NodeTerminal.layer))

/** A secret, typed without an echo. Ctrl-C interrupts. */
export const password = (message: string): Effect.Effect<Redacted.Redacted, never, Shell> =>
  Prompt.password({ message }).pipe(
    Effect.catchTag("QuitException", () => Effect.zipRight(say(""), Effect.interrupt)),
    Effect.provide(Layer.mergeAll(terminal, NodeFileSystem.layer, NodePath.layer))
  )
