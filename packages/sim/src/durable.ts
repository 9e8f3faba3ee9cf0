/**
 * `npm run durable -- --kills [10] [--jobs 200] [--every 7] [--seed 1] [--json]`: runners that share a PostgreSQL are killed with SIGKILL
 * while their submits wait at the server, one is asked to end, one is frozen for 45 s, connections are cut, and PostgreSQL
 * is restarted; then a program with a SQLite file is killed. Executions are counted at the server, which is a process of its
 * own. Ends with 1 on any break, and with 3 where there is no PostgreSQL.
 *
 * `npm run durable -- --jobs 10000 --every 5 --for 120`: only kills, for so many seconds, while so many jobs are worked on.
 *
 * `npm run durable -- --mutants [--only advisory]`: known bugs are planted in a copy of the library; a shorter run must fail with each.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { bundled } from "./common/bundled.js"
import { wholeOption } from "./common/options.js"
import type { Outcomes } from "./durable/checks.js"
import { type Database, type KillsReport, runKills } from "./durable/kills.js"
import { type Mutant, mutants, planting } from "./durable/mutants.js"
import { type Plan, planOf } from "./durable/plan.js"
import { skipsPostgres, startPostgres } from "./durable/postgres.js"
import type { Programs } from "./durable/programs.js"
import { runSqliteKills } from "./durable/sqliteKills.js"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
    jobs: { type: "string", default: "200" },
    every: { type: "string" },
    for: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false }
  }
})

const seed = wholeOption("seed", values.seed, 1)
const jobs = wholeOption("jobs", values.jobs, 10)
const plan = planOf(jobs)
const kills = positionals[0] === undefined ? plan.kills : wholeOption("kills", positionals[0], 2)
const everyMillis = values.every === undefined ? plan.everyMillis : 1000 * wholeOption("every", values.every, 1)
const sqliteKills = 5

if (skipsPostgres()) process.exit(3)

const startedAt = performance.now()
const secondsSince = (): number => Math.round((performance.now() - startedAt) / 100) / 10
const log = (line: string): void => console.log(`${secondsSince().toFixed(1).padStart(6)} s  ${line}`)

const here = (name: string): string => fileURLToPath(new URL(`./durable/${name}.js`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "durable-"))

// drivers that these programs do not use, and one that is not there
const external = ["@effect/sql-libsql/*", "pg-native"]

const programsOf = async (mutant?: Mutant): Promise<Programs> => ({
  server: here("server"),
  sqlite: here("sqliteChild"),
  runner: await bundled(here("runnerChild"), join(folder, "runner.mjs"), {
    external,
    plugins: mutant === undefined ? [] : [planting(mutant)]
  }),
  client: await bundled(here("clientChild"), join(folder, "client.mjs"), { external })
})

const withDatabase = <A>(use: (database: Database) => Promise<A>): Promise<A> =>
  Effect.gen(function* () {
    const postgres = yield* startPostgres
    const sql = yield* PgClient.make({ url: postgres.url, applicationName: "durable-run" })
    const database: Database = {
      url: Redacted.value(postgres.url),
      restart: () => Effect.runPromise(postgres.restart),
      cutListeners: () =>
        Effect.runPromise(
          Effect.map(
            sql`select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and (query ilike 'listen %' or query = 'select 1')`,
            (rows) => rows.length
          )
        ),
      holdRunner: (pid, millis) =>
        Effect.runPromise(
          sql.withTransaction(
            Effect.zipLeft(
              Effect.map(
                sql`select 1 from effect_connectors_runners where address like ${`%/${pid}/%`} for update`,
                (rows) => rows.length
              ),
              Effect.sleep(millis)
            )
          )
        )
    }
    return yield* Effect.promise(() => use(database))
  }).pipe(Effect.provide(Reactivity.layer), Effect.scoped, Effect.runPromise)

const linesOf = (name: string, { succeeded, unknownExecuted, unknownNotExecuted }: Outcomes): string =>
  `${name}: ${succeeded} succeeded once, ${unknownExecuted + unknownNotExecuted} of unknown outcome (${unknownExecuted} were executed, ${unknownNotExecuted} were not)`

const report = (postgres: KillsReport, sqlite: Outcomes | undefined): void => {
  const breaks = [...postgres.breaks, ...(sqlite?.breaks ?? [])]
  for (const it of breaks) console.error(`BREAK ${it}`)
  if (values.json) console.log(JSON.stringify({ postgres, sqlite, seed, seconds: secondsSince() }))
  else {
    console.log(linesOf("PostgreSQL", postgres))
    if (postgres.takeoverSeconds !== undefined) {
      console.log(`  a frozen runner was taken over after ${postgres.takeoverSeconds} s`)
    }
    if (postgres.endedMillis !== undefined)
      console.log(`  one that was asked to end did after ${postgres.endedMillis} ms`)
    console.log(
      `  ${postgres.watchesEnded} watches ended; the server got ${postgres.requests} requests, at most ${postgres.worstSecond} in a second`
    )
    if (sqlite !== undefined) console.log(linesOf("SQLite", sqlite))
    console.log(`seed ${seed}, ${breaks.length} breaks, ${secondsSince()} s`)
  }
  process.exitCode = breaks.length === 0 ? 0 : 1
}

const runMutants = async (): Promise<void> => {
  let caught = 0
  const planted = mutants.filter(({ name }) => name.includes(values.only))
  for (const mutant of planted) {
    const programs = await programsOf(mutant)
    const { breaks } = await withDatabase((database) => runKills(mutant.plan, { programs, database, seed, log }))
    // that a short run met too little says nothing of the bug
    const found = breaks.filter((it) => !it.includes("proved nothing"))
    if (found.length > 0) caught++
    log(found.length > 0 ? `caught ${mutant.name}: ${found[0]}` : `MISSED ${mutant.name}`)
  }
  console.log(`caught ${caught}/${planted.length} in ${secondsSince()} s`)
  process.exitCode = planted.length > 0 && caught === planted.length ? 0 : 1
}

const runAll = async (): Promise<void> => {
  const programs = await programsOf()
  if (values.for !== undefined) {
    const long: Plan = {
      ...plan,
      everyMillis,
      kills: Math.floor((1000 * wholeOption("for", values.for, 1)) / everyMillis),
      windowMillis: 50,
      killJobs: jobs,
      endJobs: 0,
      frozenJobs: 0,
      isDisturbed: false
    }
    return report(await withDatabase((database) => runKills(long, { programs, database, seed, log })), undefined)
  }
  const whole: Plan = { ...plan, kills, everyMillis }
  const postgres = await withDatabase((database) => runKills(whole, { programs, database, seed, log }))
  report(postgres, await runSqliteKills(sqliteKills, folder, programs, log))
}

try {
  if (values.mutants) await runMutants()
  else await runAll()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit()
