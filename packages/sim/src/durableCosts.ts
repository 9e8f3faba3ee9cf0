/**
 * `npm run durable:costs -- [--jobs 2000] [--open 1000,10000,50000] [--out FILE]`: what durable jobs cost. Some are submitted and followed
 * to their end, and counted in rows, bytes, CPU and statements; then so many stay open, their runner is killed, and another
 * one takes them over. `--out` writes the figures as JSON, which `scripts/durable-plots.mjs` draws.
 */
import * as LibsqlClient from "@effect/sql-libsql/LibsqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { closed, listening } from "./chaos/listening.js"
import { wholeOption } from "./common/options.js"
import { type CostsCommand, type CostsMessage, template } from "./durable/costsMessages.js"
import { startPostgres } from "./durable/postgres.js"
import { type Process, start } from "./durable/process.js"

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "2000" },
    open: { type: "string", default: "1000,10000,50000" },
    out: { type: "string" }
  }
})
const jobs = wholeOption("jobs", values.jobs, 10)
const sizes = values.open.split(",").map((text) => wholeOption("open", text, 1))

const program = fileURLToPath(new URL("./durable/costsChild.js", import.meta.url))

const log = (line: string): void => console.log(line)

/** A server whose jobs end with the third poll; those that were copied never do. */
const startServer = Effect.acquireRelease(
  Effect.gen(function* () {
    let submits = 0
    let requests = 0
    const polls = new Map<string, number>()
    const bodyOf = (id: string): object => {
      if (id.startsWith(template)) return { job_id: id, status: "running" }
      const poll = (polls.get(id) ?? 0) + 1
      polls.set(id, poll)
      return poll < 3
        ? { job_id: id, status: "running", progress: poll / 3 }
        : { job_id: id, status: "succeeded", result: { synced: 360 } }
    }
    const server = createServer((request, response) => {
      requests++
      request.resume().once("end", () => {
        const id = request.url?.split("/").at(-1) ?? ""
        const job = request.method === "POST" ? { job_id: `job-${++submits}`, status: "queued" } : bodyOf(id)
        response
          .writeHead(request.method === "POST" ? 202 : 200, { "content-type": "application/json" })
          .end(JSON.stringify(job))
      })
    })
    const port = yield* listening(server)
    return { server, url: `http://127.0.0.1:${port}`, requests: () => requests }
  }),
  ({ server }) => {
    server.closeAllConnections()
    return closed(server)
  }
)

type Runner = Process<CostsMessage, CostsCommand>
type Stats = Extract<CostsMessage, { readonly _tag: "Stats" }>

/** The first report from now on that says so; it may take minutes. */
const reported = async (runner: Runner, isIt: (stats: Stats) => boolean): Promise<Stats> => {
  let from = runner.messages.length
  for (let waited = 0; waited < 6_000; waited++) {
    for (; from < runner.messages.length; from++) {
      const it = runner.messages[from]
      if (it?._tag === "Stats" && isIt(it)) return it
    }
    if (runner.isOver()) throw new Error("the runner ended")
    await pause(100)
  }
  throw new Error("the runner did not come so far in 10 minutes")
}

const told = async (runner: Runner, command: CostsCommand, tag: "Done" | "Heap") => {
  const from = runner.messages.length
  runner.tell(command)
  for (let waited = 0; waited < 6_000; waited++) {
    const found = runner.messages.slice(from).find(({ _tag }) => _tag === tag)
    if (found !== undefined) return found
    await pause(100)
  }
  throw new Error(`no ${tag} in 10 minutes`)
}

const heapOf = async (runner: Runner) => {
  const it = await told(runner, { _tag: "Collect" }, "Heap")
  return it._tag === "Heap" ? { heapBytes: it.heapBytes, rssBytes: it.rssBytes } : { heapBytes: 0, rssBytes: 0 }
}

/** What a database says of itself. */
interface Meter {
  readonly name: "PostgreSQL" | "SQLite"
  readonly begin: (url: string) => Runner
  /** Runs statements while no runner has the file. */
  readonly sql: <A>(use: (sql: SqlClient) => Effect.Effect<A, unknown>) => Promise<A>
  readonly counters: () => Promise<Counters>
  readonly bytes: () => Promise<number>
  /** Rows that are copied of the template, open and accepted. */
  readonly copies: (count: number) => string
}

interface Counters {
  readonly statements: number
  readonly walBytes: number
  readonly cpuMillis: number
}

const none: Counters = { statements: 0, walBytes: 0, cpuMillis: 0 }

const copied = (index: string, from: string): string => `insert into effect_connectors_jobs
  (key, bucket, digest, work, state, attempts, not_before, ref, version, created_at, updated_at)
  select key || '-' || ${index}, ${index} % 32, digest, work, state, attempts, not_before,
    replace(ref, '"${template}"', '"${template}-' || ${index} || '"'), version, created_at, updated_at
  from effect_connectors_jobs, ${from} where key = '${template}'`

const procStat = (pid: string): ReadonlyArray<string> => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    return text.slice(text.lastIndexOf(")") + 2).split(" ")
  } catch {
    return []
  }
}

/** CPU of a process with its children, those that have ended too. Ticks are hundredths of a second. */
const treeMillis = (root: string): number => {
  const sum = (fields: ReadonlyArray<string>, names: ReadonlyArray<number>): number =>
    names.reduce((all, at) => all + 10 * Number(fields[at] ?? 0), 0)
  const children = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && procStat(pid)[1] === root)
  return children.reduce((all, pid) => all + sum(procStat(pid), [11, 12]), sum(procStat(root), [11, 12, 13, 14]))
}

const onPostgres: Effect.Effect<Meter, unknown, Scope.Scope> = Effect.gen(function* () {
  const { url } = yield* startPostgres
  const sql = yield* Effect.provide(PgClient.make({ url, maxConnections: 1 }), Reactivity.layer)
  const [backend] = yield* sql<{ readonly pid: number }>`select pg_backend_pid() as pid`
  const postmaster = procStat(`${backend?.pid}`)[1] ?? ""
  const number = (text: string) =>
    Effect.runPromise(
      Effect.map(sql.unsafe<{ readonly n: number }>(`select (${text})::float8 as n`), ([row]) => row?.n ?? 0)
    )
  return {
    name: "PostgreSQL",
    begin: (server) => start(program, [server], { DURABLE_DATABASE: Redacted.value(url) }),
    sql: (use) => Effect.runPromise(use(sql)),
    counters: async () => {
      // backends report what they did up to a second late
      await pause(2_500)
      return {
        statements: await number("select xact_commit from pg_stat_database where datname = current_database()"),
        walBytes: await number("pg_current_wal_lsn() - '0/0'::pg_lsn"),
        cpuMillis: treeMillis(postmaster)
      }
    },
    bytes: () => number("pg_total_relation_size('effect_connectors_jobs')"),
    copies: (count) => copied("n", `generate_series(1, ${count}) as numbers (n)`)
  }
})

const onSqlite: Effect.Effect<Meter, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "durable-costs-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder): Meter => {
    const filename = join(folder, "jobs.db")
    return {
      name: "SQLite",
      begin: (server) => start(program, [server, filename]),
      sql: (use) =>
        LibsqlClient.make({ url: pathToFileURL(filename).href }).pipe(
          Effect.flatMap(use),
          Effect.provide(Reactivity.layer),
          Effect.scoped,
          Effect.runPromise
        ),
      counters: () => Promise.resolve(none),
      bytes: () => Promise.resolve(statSync(filename).size),
      copies: (count) =>
        copied(
          "n",
          `(with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count}) select n from numbers)`
        )
    }
  }
)

const rounded = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits

/** Jobs from their submit to their end. */
const whole = async (meter: Meter, url: string, requests: () => number) => {
  const runner = meter.begin(url)
  const idle = await reported(runner, ({ buckets }) => buckets === 32)
  const before = await meter.counters()
  const idleFrom = performance.now()
  await pause(10_000)
  const rested = await meter.counters()
  const idleSeconds = (performance.now() - idleFrom) / 1_000
  const restedStats = await reported(runner, () => true)
  const requestsBefore = requests()
  const from = performance.now()
  await told(runner, { _tag: "Submit", count: jobs }, "Done")
  const ended = await reported(runner, (it) => it.ended >= jobs)
  const after = await meter.counters()
  const seconds = (performance.now() - from) / 1_000
  const idlePerSecond = (name: keyof Counters) => (rested[name] - before[name]) / idleSeconds
  const perJob = (name: keyof Counters) => (after[name] - rested[name] - idlePerSecond(name) * seconds) / jobs
  await runner.end("SIGTERM")
  const bytes = await meter.bytes()
  const [row] = await meter.sql((sql) =>
    sql.unsafe<{ readonly n: number; readonly work: number }>(
      "select count(*) as n, avg(length(work)) as work from effect_connectors_jobs"
    )
  )
  return {
    jobs,
    seconds: rounded(seconds),
    rowsPerJob: Number(row?.n ?? 0) / jobs,
    workCharacters: Math.round(Number(row?.work ?? 0)),
    bytesPerJob: Math.round(bytes / jobs),
    requestsPerJob: rounded((requests() - requestsBefore) / jobs, 2),
    runnerCpuMillisPerJob: rounded((ended.cpuMillis - restedStats.cpuMillis) / jobs, 2),
    idleRunnerCpuPercent: rounded((restedStats.cpuMillis - idle.cpuMillis) / idleSeconds / 10, 1),
    ...(meter.name === "SQLite"
      ? {}
      : {
          databaseCpuMillisPerJob: rounded(perJob("cpuMillis"), 2),
          statementsPerJob: rounded(perJob("statements"), 1),
          walBytesPerJob: Math.round(perJob("walBytes")),
          idleStatementsPerSecond: rounded(idlePerSecond("statements"), 1)
        })
  }
}

/** Open jobs whose runner is killed, and the one that takes them over. */
const takeover = async (meter: Meter, url: string, open: number) => {
  await meter.sql((sql) => sql.unsafe(`delete from effect_connectors_jobs where key <> '${template}'`))
  const empty = meter.begin(url)
  await reported(empty, ({ buckets }) => buckets === 32)
  await told(empty, { _tag: "Follow" }, "Done")
  await pause(1_000)
  const without = await heapOf(empty)
  const base = await reported(empty, () => true)
  await empty.end("SIGTERM")
  await meter.sql((sql) => sql.unsafe(meter.copies(open - 1)))
  await meter.sql((sql) => sql.unsafe("analyze effect_connectors_jobs"))
  const first = meter.begin(url)
  await reported(first, ({ followed }) => followed >= open)
  await first.end("SIGKILL")
  const from = performance.now()
  const since = () => rounded((performance.now() - from) / 1_000)
  const second = meter.begin(url)
  await reported(second, ({ buckets }) => buckets === 32)
  const ownsSeconds = since()
  const follows = await reported(second, ({ followed }) => followed >= open)
  const followsSeconds = since()
  const heap = await heapOf(second)
  await second.end("SIGTERM")
  return {
    open,
    ownsSeconds,
    followsSeconds,
    cpuSeconds: rounded(Math.max(0, follows.cpuMillis - base.cpuMillis) / 1_000, 2),
    heapMegabytes: rounded(heap.heapBytes / 1e6),
    rssMegabytes: rounded(heap.rssBytes / 1e6),
    heapBytesPerJob: Math.round((heap.heapBytes - without.heapBytes) / open)
  }
}

const measured = (meter: Meter, url: string, requests: () => number) =>
  Effect.promise(async () => {
    const life = await whole(meter, url, requests)
    log(`${meter.name} ${JSON.stringify(life)}`)
    const takeovers: Array<Awaited<ReturnType<typeof takeover>>> = []
    for (const open of sizes) {
      const figures = await takeover(meter, url, open)
      log(`${meter.name} ${JSON.stringify(figures)}`)
      takeovers.push(figures)
    }
    return { life, takeovers }
  })

const all = Effect.gen(function* () {
  const { requests, url } = yield* startServer
  const load = loadavg()[0] ?? 0
  const postgres = yield* measured(yield* onPostgres, url, requests)
  const sqlite = yield* measured(yield* onSqlite, url, requests)
  return { node: process.version, requestsPerSecond: 200, loadBefore: rounded(load), postgres, sqlite }
})

const figures = await Effect.runPromise(Effect.scoped(all))
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(figures, undefined, 2)}\n`)
process.exit()
