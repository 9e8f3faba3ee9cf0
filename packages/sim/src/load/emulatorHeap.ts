import { readFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { startEmulator } from "./emulator.js"

/** How many executes of how many bytes are sent to an emulator with so much heap, in mebibytes. */
export interface HeapLoad {
  readonly heap: number
  readonly executes: number
  readonly bytes: number
}

/** What came of it. */
export interface HeapResult {
  /** Executes with a response of 200. */
  readonly done: number
  /** The executions that the emulator counted; `undefined` when it no longer responds. */
  readonly counted: number | undefined
  /** Bytes of the list of executions. */
  readonly listed: number
  /** In mebibytes; `undefined` where the system does not say. */
  readonly rss: number | undefined
  readonly mostRss: number | undefined
}

const mebibytes = (pid: number, name: string): number | undefined => {
  try {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
  } catch {
    return undefined
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/** The status and the length of the body, and its last part; status 0 when there is no response. */
const send = (
  url: string,
  method: string,
  body?: string
): Promise<{ readonly status: number; readonly bytes: number; readonly end: string }> =>
  new Promise((resolve) => {
    const lost = () => resolve({ status: 0, bytes: 0, end: "" })
    const headers = body === undefined ? {} : { "content-type": "application/json" }
    const sent = request(url, { agent, method, headers }, (response) => {
      let bytes = 0
      let end = ""
      response.setEncoding("latin1").on("data", (chunk: string) => {
        bytes += chunk.length
        end = (end + chunk).slice(-2_000)
      })
      response.on("error", lost)
      response.on("end", () => resolve({ status: response.statusCode ?? 0, bytes, end }))
    })
    sent.on("error", lost)
    sent.end(body)
  })

/** Sends the executes, each with a body of its own, and reads the list of executions at the end. */
export const measureHeap = async ({ bytes, executes, heap }: HeapLoad): Promise<HeapResult> => {
  const world = { connections: [{ slug: "load", kind: "actions", actions: [{ slug: "now", echo: true }] }] }
  const emulator = await startEmulator(world, [`--max-old-space-size=${heap}`])
  const { pid, stop, url } = emulator
  let next = 0
  let done = 0
  let lost = 0
  const worker = async () => {
    while (next < executes && lost < 100) {
      const text = `${next++} `.padEnd(bytes, "x")
      const body = JSON.stringify({ input: { text } })
      const { status } = await send(`${url}/api/v1/connections/load/actions/now/execute`, "POST", body)
      if (status === 200) done++
      else lost++
    }
  }
  try {
    await Promise.all(Array.from({ length: 16 }, worker))
    const list = await send(`${url}/__emulator/executions`, "GET")
    const counted = /"counts":\s*{\s*"connections":\s*(\d+)/.exec(list.end)?.[1]
    return {
      done,
      counted: counted === undefined || list.status !== 200 ? undefined : Number(counted),
      listed: list.bytes,
      rss: mebibytes(pid, "VmRSS"),
      mostRss: mebibytes(pid, "VmHWM")
    }
  } finally {
    agent.destroy()
    await stop()
  }
}

const mib = (size: number | undefined): string => (size === undefined ? "unknown" : `${size.toFixed(0)} MiB`)

/** The result in one line. */
export const heapLine = (load: HeapLoad, { counted, done, listed, mostRss, rss }: HeapResult): string =>
  `emulator with a heap of ${load.heap} MiB: ${done} of ${load.executes} executes of ${load.bytes} bytes done, ` +
  `${counted ?? "none"} counted, list of executions ${mib(listed / 1024 / 1024)}; RSS ${mib(rss)}, most ${mib(mostRss)}`
