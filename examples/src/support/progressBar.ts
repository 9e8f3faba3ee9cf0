/**
 * Progress: a bar on a terminal, plain lines elsewhere.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Presets, SingleBar } from "cli-progress"

/** Shows a fraction from 0 to 1. */
export type Show = (fraction: number) => Effect.Effect<void>

const bar = (title: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const bar = new SingleBar(
        { format: `  ${title} {bar} {percentage} %`, clearOnComplete: true },
        Presets.shades_classic
      )
      bar.start(100, 0)
      return bar
    }),
    // a bar that is not stopped keeps the cursor hidden
    (bar) => Effect.sync(() => bar.stop())
  ).pipe(
    Effect.map(
      (bar): Show =>
        (fraction) =>
          Effect.sync(() => bar.update(Math.round(fraction * 100)))
    )
  )

const lines =
  (title: string): Show =>
  (fraction) =>
    Console.log(`  ${title} ${Math.round(fraction * 100)} %`)

/** A place to show progress for as long as the scope is open. */
export const make = (title: string) => (process.stderr.isTTY ? bar(title) : Effect.succeed(lines(title)))
