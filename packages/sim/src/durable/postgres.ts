/**
 * A PostgreSQL for tests: a database of its own at `DATABASE_URL`, else Debian's `postgresql` on a loopback port.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import type { SqlError } from "@effect/sql/SqlError"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
  accessSync,
  chownSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { closed, listening } from "../chaos/listening.js"

/** There is no PostgreSQL, or it did not start. */
export class NoPostgres extends Data.TaggedError("NoPostgres")<{ readonly message: string }> {}

/** A running PostgreSQL with an empty database. */
export interface Postgres {
  /** With the password of a user who may do everything. */
  readonly url: Redacted.Redacted
  /**
   * Ends it as a crash does and starts it again, at the same address and with its data. At `DATABASE_URL` it cuts the
   * connections to the database instead.
   */
  readonly restart: Effect.Effect<void, NoPostgres>
  /** Ends it as a crash does; `restart` starts it again. At `DATABASE_URL` the database takes no more connections. */
  readonly stop: Effect.Effect<void, NoPostgres>
}

const missing = "no PostgreSQL: install Debian's postgresql or set DATABASE_URL"

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const versionFolders = (root: string): ReadonlyArray<string> => {
  try {
    return readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, "bin"))
  } catch {
    return []
  }
}

/** The folder of `initdb` and `postgres`. */
const findBinaries = (): string | undefined => {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...versionFolders("/usr/lib/postgresql")]
  const initdb = folders.map((folder) => join(folder, "initdb")).find(isExecutable)
  return initdb === undefined ? undefined : dirname(realpathSync(initdb))
}

/** Whether tests skip what needs PostgreSQL; prints why. In CI they never do: there they fail. */
export const skipsPostgres = (): boolean => {
  const isThere = (process.env["DATABASE_URL"] ?? "") !== "" || findBinaries() !== undefined
  if (isThere || process.env["CI"] === "true") return false
  process.stderr.write(`\n== NOT TESTED: ${missing}\n\n`)
  return true
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root. */
const unprivilegedUser = (): User | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const rows = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
  const row = rows.find(([name]) => name === "postgres") ?? rows.find(([name]) => name === "nobody")
  return { uid: Number(row?.[2] ?? 65_534), gid: Number(row?.[3] ?? 65_534) }
}

const startMillis = 60_000

/** Runs a program to its end. */
const runToEnd = (path: string, args: ReadonlyArray<string>, cwd: string, user: User | undefined) =>
  Effect.async<void, NoPostgres>((resume) => {
    const child = spawn(path, args, { cwd, ...user, stdio: ["ignore", "ignore", "pipe"], timeout: startMillis })
    let output = ""
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.once("error", ({ message }) => resume(new NoPostgres({ message })))
    child.once("close", (code) =>
      resume(
        code === 0 ? Effect.void : new NoPostgres({ message: `${path} ended with ${code}: ${output.slice(-1000)}` })
      )
    )
  })

// The shell ends the server, and removes its data, also when this process was killed: its input ends then.
const supervisor = `
"$0" -D "$1/data" -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c full_page_writes=off -c shared_buffers=32MB < /dev/null &
exec 2> /dev/null
read -r word
kill -QUIT $!
wait $!
[ "$word" = keep ] || rm -rf "$1"
`

interface Run {
  readonly child: ChildProcess
  readonly over: Promise<void>
}

/** One run of the server. `keep` says whether its data stays. */
const endRun = ({ child, over }: Run, keep: boolean): Effect.Effect<void> =>
  Effect.promise(() => {
    child.stdin?.end(keep ? "keep\n" : "")
    return over
  })

const startRun = (binaries: string, folder: string, port: number, user: User | undefined) =>
  Effect.async<Run, NoPostgres>((resume) => {
    const child = spawn("/bin/sh", ["-c", supervisor, join(binaries, "postgres"), folder, `${port}`], {
      cwd: folder,
      ...user,
      env: { ...process.env, LC_ALL: "C" },
      // a Ctrl-C is for this process, whose end is the end of the server too
      detached: true,
      stdio: ["pipe", "ignore", "pipe"]
    })
    const over = new Promise<void>((resolve) => void child.once("close", () => resolve()))
    // the shell may be gone before it read
    child.stdin.on("error", () => {})
    let output = ""
    let hasStarted = false
    child.stderr.on("data", (chunk: Buffer) => {
      if (hasStarted) return
      output += chunk.toString()
      hasStarted = output.includes("database system is ready to accept connections")
      if (hasStarted) resume(Effect.succeed({ child, over }))
    })
    child.once("error", ({ message }) => resume(new NoPostgres({ message })))
    // the server has ended: the shell holds the pipe no more
    child.stderr.once("end", () => {
      child.stdin.end("keep\n")
      resume(new NoPostgres({ message: `postgres did not start: ${output.slice(-1000)}` }))
    })
    return Effect.sync(() => child.stdin.end("keep\n"))
  }).pipe(
    Effect.timeoutFail({
      duration: startMillis,
      onTimeout: () => new NoPostgres({ message: `postgres was not ready after ${startMillis} ms` })
    })
  )

const freePort = Effect.gen(function* () {
  const server = createServer()
  const port = yield* listening(server)
  yield* closed(server)
  return port
})

const startOwn = Effect.fnUntraced(function* (binaries: string) {
  const user = unprivilegedUser()
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-connectors-postgres-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const password = randomBytes(12).toString("hex")
  const passwordFile = join(folder, "password")
  yield* Effect.sync(() => {
    writeFileSync(passwordFile, password)
    if (user === undefined) return
    chownSync(passwordFile, user.uid, user.gid)
    chownSync(folder, user.uid, user.gid)
  })
  const data = ["-D", join(folder, "data"), "--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8"]
  const access = ["-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`]
  yield* runToEnd(join(binaries, "initdb"), [...data, ...access], folder, user)

  // another process may take the port between its choice and its use
  const chosen = yield* Effect.flatMap(freePort, (port) =>
    Effect.map(startRun(binaries, folder, port, user), (started) => ({ port, started }))
  ).pipe(Effect.retry({ times: 4 }))
  const { port } = chosen
  let run: Run | undefined = chosen.started
  const end = (keep: boolean) =>
    Effect.suspend(() => {
      if (run === undefined) return Effect.void
      const ending = run
      run = undefined
      return endRun(ending, keep)
    })
  yield* Effect.addFinalizer(() => end(false))

  const stop = Effect.uninterruptible(end(true))
  const begin = Effect.map(startRun(binaries, folder, port, user), (started) => {
    run = started
  })
  return {
    url: Redacted.make(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`),
    restart: Effect.uninterruptible(Effect.zipRight(end(true), begin)),
    stop
  }
})

const failed = ({ cause, message }: SqlError): NoPostgres =>
  new NoPostgres({ message: `DATABASE_URL: ${message}: ${cause instanceof Error ? cause.message : String(cause)}` })

const useGiven = Effect.fnUntraced(function* (url: string) {
  const sql = yield* PgClient.make({
    url: Redacted.make(url),
    maxConnections: 1,
    connectTimeout: Duration.seconds(10)
  }).pipe(Effect.provide(Reactivity.layer), Effect.mapError(failed))
  const name = `effect_connectors_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(Effect.mapError(sql`create database ${sql(name)}`, failed), () =>
    Effect.ignore(sql`drop database ${sql(name)} with (force)`)
  )
  const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`
  const allow = (word: "true" | "false") => sql`alter database ${sql(name)} allow_connections ${sql.literal(word)}`
  const own = new URL(url)
  own.pathname = `/${name}`
  const stop = Effect.asVoid(Effect.mapError(Effect.zipRight(allow("false"), cut), failed))
  const restart = Effect.zipRight(stop, Effect.asVoid(Effect.mapError(allow("true"), failed)))
  return { url: Redacted.make(own.href), restart: Effect.uninterruptible(restart), stop }
})

/** Starts it; the end of the scope ends it and removes its data. About a second. */
export const startPostgres: Effect.Effect<Postgres, NoPostgres, Scope.Scope> = Effect.suspend(() => {
  const given = process.env["DATABASE_URL"] ?? ""
  if (given !== "") return useGiven(given)
  const binaries = findBinaries()
  return binaries === undefined ? Effect.fail(new NoPostgres({ message: missing })) : startOwn(binaries)
})
