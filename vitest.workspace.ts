import { fileURLToPath } from "node:url"

const packages = fileURLToPath(new URL("./packages/", import.meta.url))

const alias = [
  { find: /^@effect-connectors\/([a-z]+)$/, replacement: `${packages}$1/src/index.ts` },
  { find: /^@effect-connectors\/([a-z]+)\/(.+)$/, replacement: `${packages}$1/src/$2.ts` }
]

const project = (name: string, include: ReadonlyArray<string>) => ({
  resolve: { alias },
  test: {
    name,
    include: [...include],
    environment: "node",
    pool: "forks",
    testTimeout: 30_000,
    sequence: { concurrent: false }
  }
})

export const projects = [
  project("core", ["packages/core/test/**/*.test.ts"]),
  project("node", ["packages/node/test/**/*.test.ts"]),
  project("testing", ["packages/testing/test/**/*.test.ts"]),
  project("house", ["test/**/*.test.ts", "examples/test/**/*.test.ts", "sim/test/**/*.test.ts"])
]
