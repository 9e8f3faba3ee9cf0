/** Clients of other people, used as their pages say: each with its own retries and timeouts as they come. */
import { Agent } from "node:http"
import { peer } from "../peers.js"
import { headers, inPromises, input, path, type Round } from "../workload.js"

interface Axios {
  readonly create: (options: object) => { readonly post: (path: string, body: unknown) => Promise<unknown> }
}

export const axios = async (origin: string): Promise<Round> => {
  const { default: axios } = await peer<{ readonly default: Axios }>("axios")
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 16 })
  const client = axios.create({ baseURL: origin, headers, httpAgent })
  return inPromises(() => client.post(path, input))
}

interface Got {
  readonly post: (url: string, options: object) => { readonly json: () => Promise<unknown> }
}

export const got = async (origin: string): Promise<Round> => {
  const { default: got } = await peer<{ readonly default: Got }>("got")
  const agent = { http: new Agent({ keepAlive: true, maxSockets: 16 }) }
  return inPromises(() => got.post(origin + path, { json: input, headers, agent }).json())
}

export const ky = async (origin: string): Promise<Round> => {
  const { default: ky } = await peer<{ readonly default: Got }>("ky")
  return inPromises(() => ky.post(origin + path, { json: input, headers }).json())
}

interface Generated {
  readonly post: (path: string, options: { readonly body: unknown }) => Promise<unknown>
}

export const openai = async (origin: string): Promise<Round> => {
  const { default: OpenAI } = await peer<{ readonly default: new (options: object) => Generated }>("openai")
  const client = new OpenAI({ baseURL: origin, apiKey: "token" })
  return inPromises(() => client.post(path, { body: input }))
}

export const composio = async (origin: string): Promise<Round> => {
  const { default: Composio } = await peer<{ readonly default: new (options: object) => Generated }>("@composio/client")
  const client = new Composio({ baseURL: origin, apiKey: "token" })
  return inPromises(() => client.post(path, { body: input }))
}
