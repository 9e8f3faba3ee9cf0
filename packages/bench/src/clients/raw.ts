/** Clients that add nothing: what Node and undici do for the call. */
import { Agent, request } from "node:http"
import { Pool } from "undici"
import { headers, inPromises, input, path, type Round } from "../workload.js"

const pool = (origin: string): Pool => new Pool(origin, { connections: 16, pipelining: 1 })

export const undiciRequest = (origin: string): Round => {
  const client = pool(origin)
  return inPromises(async () => {
    const response = await client.request({ method: "POST", path, headers, body: JSON.stringify(input) })
    return response.body.json()
  })
}

export const undiciDispatch = (origin: string): Round => {
  const client = pool(origin)
  const one = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const chunks: Array<Buffer> = []
      client.dispatch(
        { method: "POST", path, headers, body: JSON.stringify(input) },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_, chunk) => {
            chunks.push(chunk)
          },
          onResponseEnd: () => {
            const [first = Buffer.alloc(0)] = chunks
            resolve(JSON.parse((chunks.length === 1 ? first : Buffer.concat(chunks)).toString()))
          },
          onResponseError: (_, error) => reject(error)
        }
      )
    })
  return inPromises(one)
}

export const nodeHttp = (origin: string): Round => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const url = origin + path
  const one = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: "POST", headers, agent }, (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          text += chunk
        })
        response.once("end", () => resolve(JSON.parse(text)))
        response.once("error", reject)
      })
      sent.once("error", reject)
      sent.end(JSON.stringify(input))
    })
  return inPromises(one)
}

export const globalFetch = (origin: string): Round =>
  inPromises(async () => (await fetch(origin + path, { method: "POST", headers, body: JSON.stringify(input) })).json())
