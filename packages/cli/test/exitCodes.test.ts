import * as core from "@effect-connectors/core"
import * as node from "@effect-connectors/node"
import * as Emulator from "@effect-connectors/testing/Emulator"
import * as Faults from "@effect-connectors/testing/Faults"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { RequestListener } from "node:http"
import { Writable } from "node:stream"
import { exitCodeOf, exitCodes, tags, TypesDrifted } from "../src/internal/failure.js"
import { connectionsAt, connectors, type Ended, server, type Surroundings } from "./support/commands.js"

const list = ["connections", "list"]
const execute = ["actions", "execute", "crm", "echo"]
const follow = (action: string) => ["actions", "execute", "crm", action, "--follow"]

const refusal =
  (status: number): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" })
    response.end(JSON.stringify({ error: { code: "NO", message: "not this way" } }))
  }

const never: RequestListener = () => {}

/** A command against a server that responds in one way. */
const against = (listener: RequestListener, args: ReadonlyArray<string>) =>
  Effect.scoped(Effect.flatMap(server(listener), (url) => connectors(args, { env: connectionsAt(url) })))

const onEmulator = (args: ReadonlyArray<string>, faults: Faults.Plan = Faults.none, surroundings: Surroundings = {}) =>
  Effect.scoped(
    Effect.flatMap(Emulator.make({ executors: "memory", faults }), ({ url }) =>
      connectors(args, { ...surroundings, env: connectionsAt(url) })
    )
  )

/** Nobody listens there any more. */
const closed = Effect.scoped(server(never))

/** Breaks when it is written to, as no stream does. */
class Broken extends Writable {
  override write(): boolean {
    throw new TypeError("broken\nin two lines")
  }
}

interface Case {
  readonly title: string
  readonly ends: Effect.Effect<Ended, unknown>
  /** What stderr says. */
  readonly says: string
}

const cases: Readonly<Record<keyof typeof exitCodes, ReadonlyArray<Case>>> = {
  done: [{ title: "a list", ends: onEmulator(list), says: "" }],
  defect: [
    {
      title: "a bug, in one line",
      ends: connectors(["completions", "bash"], { stdout: new Broken() }),
      says: "connectors: this is a bug of connectors: TypeError: broken in two lines. CONNECTORS_DEBUG=1 shows where\n"
    }
  ],
  usage: [
    { title: "a wrong command", ends: connectors(["connections", "lits"]), says: "Did you mean list?" },
    { title: "no settings", ends: connectors(list), says: "CONNECTIONS_BASE_URL is not set" },
    {
      title: "an address that is none",
      ends: connectors(list, { env: connectionsAt("nowhere") }),
      says: "baseUrl"
    }
  ],
  refused: [
    { title: "403", ends: against(refusal(403), list), says: "not this way" },
    { title: "422", ends: against(refusal(422), execute), says: "not this way" },
    { title: "500 to a read", ends: against(refusal(501), list), says: "not this way" },
    {
      title: "a redirect",
      ends: against((_request, response) => response.writeHead(302, { location: "https://else.example" }).end(), list),
      says: "redirects"
    },
    {
      title: "HTML",
      ends: against(
        (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Welcome</p>"),
        list
      ),
      says: "text/html"
    }
  ],
  notFound: [{ title: "404", ends: onEmulator(["connections", "show", "nowhere"]), says: "nowhere" }],
  unauthorized: [{ title: "401", ends: against(refusal(401), list), says: "does not accept the credentials" }],
  jobFailed: [{ title: "a job that fails", ends: onEmulator(follow("fails")), says: "the CRM is down" }],
  unknown: [
    {
      title: "a lost response to a change",
      ends: onEmulator(execute, Faults.when({ operation: "actions.execute" }, Faults.lostAnswer)),
      says: "see what the server did before this is repeated"
    },
    {
      title: "500 to a change",
      ends: against(refusal(500), execute),
      says: "See what it did before this is repeated"
    }
  ],
  unreachable: [
    {
      title: "nobody listens",
      ends: Effect.flatMap(closed, (url) => connectors(list, { env: connectionsAt(url) })),
      says: "ECONNREFUSED"
    },
    {
      title: "nobody listens, for a change",
      ends: Effect.flatMap(closed, (url) => connectors(execute, { env: connectionsAt(url) })),
      says: "the server did not see it"
    }
  ],
  deadline: [
    { title: "a read", ends: against(never, [...list, "--deadline", "300 millis"]), says: "deadline of 300ms" },
    {
      title: "a job",
      ends: onEmulator([...follow("stuck"), "--deadline", "2 seconds"]),
      says: "It may still be running"
    }
  ],
  drifted: [
    {
      title: "types",
      ends: Effect.sync(() => ({ code: exitCodeOf(new TypesDrifted({ message: "" }), undefined), out: "", err: "" })),
      says: ""
    }
  ],
  interrupted: [
    {
      title: "while a job is followed",
      ends: onEmulator(follow("stuck"), Faults.none, { interruptAt: "running" }),
      says: "the job goes on"
    },
    {
      title: "while a change is under way",
      ends: Effect.scoped(
        Effect.gen(function* () {
          let arrived = () => {}
          const isThere = new Promise<void>((resolve) => (arrived = resolve))
          const url = yield* server(() => arrived())
          return yield* connectors(execute, { env: connectionsAt(url), interruptAfter: isThere })
        })
      ),
      says: "What was sent may have been done"
    }
  ]
}

describe("exit codes", () => {
  for (const [name, { code }] of Object.entries(exitCodes)) {
    for (const [row, ofRow] of Object.entries(cases)) {
      if (row !== name) continue
      for (const { ends, says, title } of ofRow) {
        it.live(`${code}: ${title}`, () =>
          Effect.map(ends, (ended) => {
            assert.strictEqual(ended.code, code, ended.err)
            assert.include(ended.err, says)
            assert.notMatch(ended.err, /^ +at /m)
          })
        )
      }
    }
  }

  it.live("CONNECTORS_DEBUG shows what the server said", () =>
    Effect.scoped(
      Effect.flatMap(server(refusal(403)), (url) =>
        Effect.map(connectors(list, { env: { ...connectionsAt(url), CONNECTORS_DEBUG: "1" } }), ({ code, err }) => {
          assert.strictEqual(code, 3)
          assert.include(err, '"message": "not this way"')
        })
      )
    )
  )

  it("every tag of the library has a row", () => {
    const known = [core, node].flatMap((module) =>
      Object.values(module).flatMap((exported) =>
        [exported, ...(Predicate.isRecord(exported) ? Object.values(exported) : [])].flatMap((value) =>
          Predicate.isFunction(value) && value.prototype instanceof Error && Predicate.hasProperty(value, "_tag")
            ? [String(value._tag)]
            : []
        )
      )
    )
    assert.isAbove(known.length, 25)
    assert.deepStrictEqual(
      known.filter((tag) => !tags.includes(tag)),
      []
    )
  })
})
