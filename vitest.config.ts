import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { projects } from "./vitest.workspace.js"

const packages = fileURLToPath(new URL("./packages/", import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@effect-connectors\/([a-z]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@effect-connectors\/([a-z]+)\/(.+)$/, replacement: `${packages}$1/src/$2.ts` }
    ]
  },
  test: {
    projects,
    environment: "node",
    // Ends a test that hangs. High enough that a busy machine never reaches it.
    testTimeout: 120_000,
    sequence: { concurrent: false },
    pool: "forks",
    // Files of one process share the modules they load: no test keeps state in a module, and loading
    // them again for each file takes longer than the tests.
    poolOptions: { forks: { isolate: false, maxForks: availableParallelism() } }
  }
})
