import { readdirSync } from "node:fs"

const folders = [
  ...readdirSync("packages", { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, root: `packages/${name}` })),
  { name: "examples", root: "examples" },
  { name: "scripts", root: "scripts" }
]

/** One project for each folder that has tests. `vitest.config.ts` holds what they share. */
export const projects = folders.map(({ name, root }) => ({
  extends: true as const,
  test: { name, include: [`${root}/test/**/*.test.ts`] }
}))
