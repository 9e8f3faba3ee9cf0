import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/matchers.ts"],
    // ends what hangs, and nothing that a busy machine only makes slow
    testTimeout: 30_000
  }
})
