import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { build, type Format } from "esbuild"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { temporary } from "./support/folders.js"
import { http } from "./support/servers.js"

const program = `
  import { NodeConnectors } from "@effect-connectors/node"
  import * as HttpClient from "@effect/platform/HttpClient"
  import * as Effect from "effect/Effect"

  HttpClient.get(process.argv[2]).pipe(
    Effect.flatMap((response) => response.text),
    Effect.scoped,
    Effect.provide(NodeConnectors.layer),
    Effect.runPromise
  ).then((text) => console.log(text))
`

/** The banner that the page of runtimes gives to the reader. */
const banner = () =>
  /'--banner:js=(.+)'/.exec(readFileSync(new URL("../../../docs/runtimes.md", import.meta.url), "utf8"))?.[1] ?? ""

/** What a bundle of the program prints; it stands in a folder from which no package can be found. */
const output = Effect.fnUntraced(function* (format: Format, js: string) {
  const server = yield* http((_request, response) => response.end("received"))
  const file = join(yield* temporary, format === "esm" ? "main.mjs" : "main.cjs")
  yield* Effect.promise(() =>
    build({
      stdin: { contents: program, resolveDir: fileURLToPath(new URL("../", import.meta.url)) },
      bundle: true,
      platform: "node",
      format,
      banner: { js },
      outfile: file,
      logLevel: "silent"
    })
  )
  return yield* Effect.async<string>((resume) => {
    const child = execFile(process.execPath, [file, server.base], (_error, stdout, stderr) =>
      resume(Effect.succeed(stdout + stderr))
    )
    return Effect.sync(() => child.kill())
  })
})

describe("bundles by esbuild for Node", () => {
  it.scoped(
    "esm: the documented banner lets it run",
    () => Effect.map(output("esm", banner()), (text) => assert.strictEqual(text, "received\n")),
    60_000
  )

  it.scoped(
    "cjs: it runs as it is",
    () => Effect.map(output("cjs", ""), (text) => assert.strictEqual(text, "received\n")),
    60_000
  )
})
