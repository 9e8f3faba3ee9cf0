import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { missing, type Outcomes, outcomesOf } from "./checks.js"
import { gate } from "./plan.js"
import { failuresOf, type Programs, settled, startClient, startServer } from "./programs.js"

const perProcess = 12
const windowMillis = 150
const jobMillis = 1_000

/** Kills a program that keeps its work in a SQLite file, and starts it again, some times. */
export const runSqliteKills = async (
  kills: number,
  folder: string,
  programs: Programs,
  log: (line: string) => void
): Promise<Outcomes> => {
  const server = await startServer(programs.server, windowMillis, jobMillis)
  const keys: Array<string> = []
  const breaks: Array<string> = []
  const begin = async (name: string) => {
    const client = await startClient(programs.sqlite, [server.url, name, join(folder, "jobs.db")], {})
    const own = Array.from({ length: perProcess }, (_, index) => `${name}.${index}`)
    keys.push(...own)
    return { client, own }
  }
  try {
    for (let kill = 0; kill < kills; kill++) {
      const name = `sqlite-${kill}`
      const { client, own } = await begin(name)
      const window = kill % 2 === 0 ? "after" : "before"
      const submit = server.nextSubmit(window, (by) => by === name)
      await client.submit(own)
      await submit
      await pause(windowMillis / 3)
      await client.process.end("SIGKILL")
      log(`SQLite: kill ${kill + 1} of ${kills}: pid ${client.process.pid}, a submit waits ${window} its work`)
      breaks.push(...failuresOf(client.process))
    }
    const { client, own } = await begin("sqlite-last")
    await client.submit(own)
    if (!(await settled(client, pause))) breaks.push("SQLite: some work did not end")
    const outcomes = outcomesOf(keys, await client.rows(), (await server.state()).executed, kills * gate)
    await client.process.end("SIGTERM")
    breaks.push(...failuresOf(client.process))
    return { ...outcomes, breaks: [...breaks, ...outcomes.breaks, ...missing(outcomes)].map((it) => `SQLite: ${it}`) }
  } finally {
    await server.end()
  }
}
