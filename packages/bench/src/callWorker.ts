/** One of `callVariants.ts`, measured: `callWorker.js NAME URL`. */
import { callVariants, isCallName } from "./callVariants.js"
import { serve } from "./serve.js"

const [name = "", url = ""] = process.argv.slice(2)
serve(() => (isCallName(name) ? callVariants[name](url) : Promise.reject(new Error(`there is no call "${name}"`))))
