/**
 * One variant of `npm run bench:compare`. It runs from a folder whose `node_modules` hold the packages of one revision:
 * `compareWorker.js TRANSPORT URL`.
 */
import { connectorsClient, transports } from "./clients/connectors.js"
import { serve } from "./serve.js"

const [name = "", url = ""] = process.argv.slice(2)

const isTransport = (text: string): text is keyof typeof transports => Object.hasOwn(transports, text)

serve(() =>
  isTransport(name)
    ? Promise.resolve(connectorsClient(url, "fiber", transports[name]))
    : Promise.reject(new Error(`there is no transport "${name}"`))
)
