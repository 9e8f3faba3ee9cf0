// Makes a clone ready: see lib/setup.mjs. With --quiet only what a program needs, and without a word.
import { setup } from "./lib/setup.mjs"

setup({ quiet: process.argv.includes("--quiet") })
