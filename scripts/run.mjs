// Sets up, then becomes the program it is given: `node scripts/run.mjs examples/dist/demo.js ...arguments`.
// One process and no shell in between, so that a signal to the command reaches the program.
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { setup } from "./lib/setup.mjs"

const [program, ...args] = process.argv.slice(2)
setup({ quiet: true })
process.argv = [process.execPath, resolve(program), ...args]
await import(pathToFileURL(resolve(program)).href)
