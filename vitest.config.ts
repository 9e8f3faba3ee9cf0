import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const packages = fileURLToPath(new URL("./packages/", import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@effect-connectors\/([a-z]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@effect-connectors\/([a-z]+)\/(.+)$/, replacement: `${packages}$1/src/$2.ts` }
    ]
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "{examples,scripts}/test/**/*.test.ts"],
    environment: "node",
    // ends what hangs, and nothing that a busy machine only makes slow
    testTimeout: 120_000,
    sequence: { concurrent: false },
    pool: "forks",
    // Files of one process share the modules they load: no test keeps state in a module, and loading
    // them for each file anew would take longer than the tests.
    poolOptions: { forks: { isolate: false, maxForks: availableParallelism() } }
  }
})
