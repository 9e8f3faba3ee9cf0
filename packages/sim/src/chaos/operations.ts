import * as Action from "@effect-connectors/core/Action"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { plainClient } from "../baseline/plainClient.js"

export interface Clients {
  readonly connections: ConnectionsApi.Service
  readonly bosa: BosaApi.Service
  /** For each piece of a file too. */
  readonly attemptTimeout: Duration.DurationInput
  readonly plain: ReturnType<typeof plainClient>
}

/** The column of the table that an operation is in. */
export type Kind = "read" | "idempotent" | "unsafe" | "action" | "poll" | "download"

export interface Operation {
  readonly kind: Kind
  /** The requests that faults are for, as `METHOD path`; the first `skip` of them are left alone. */
  readonly target: RegExp
  readonly skip?: number
  /** How many of them a call makes without a fault; 1 unless given. */
  readonly requests?: number
  /** The request of the same call that comes before them. */
  readonly preceding?: RegExp
  /** The action is discovered first, so that the fault meets its own request. */
  readonly discovers?: boolean
  readonly executes: boolean
  /** What the response contains when it is this call's own. */
  readonly shows: (marker: string) => string
  readonly run: (clients: Clients, marker: string) => Effect.Effect<unknown, { readonly _tag: string }>
  /** The same without the library. */
  readonly plain?: (clients: Clients, marker: string) => Effect.Effect<unknown, { readonly _tag: string }>
}

const own = (marker: string): string => marker

const job: Pick<Operation, "executes" | "shows" | "run"> = {
  executes: true,
  shows: own,
  run: ({ connections }, marker) =>
    connections.jobs.result(connections.actions.execute("crm", "a", { input: { marker } }, { async: true }))
}

/** One of each: what they do, and which of their requests a fault meets. */
export const operations = {
  list: {
    kind: "read",
    target: /^GET \/api\/v1\/connections\?/,
    executes: false,
    shows: own,
    run: ({ connections }, marker) => connections.list({ relayId: marker })
  },
  get: {
    kind: "read",
    target: /^GET \/api\/v1\/connections\/marker/,
    executes: false,
    shows: own,
    run: ({ connections }, marker) => connections.get(marker)
  },
  select: {
    kind: "read",
    target: /\/sql\/select/,
    executes: false,
    shows: own,
    run: ({ connections }, marker) => connections.sql.select("crm", { table: marker })
  },
  discover: {
    kind: "read",
    target: /^GET \/connectors\//,
    executes: false,
    shows: () => "Acts",
    run: ({ bosa }) => bosa.connect("demo").info
  },
  toggle: {
    kind: "idempotent",
    target: /toggle-active/,
    executes: true,
    shows: () => "",
    run: ({ connections }, marker) => connections.setActive(marker, true)
  },
  execute: {
    kind: "unsafe",
    target: /\/execute/,
    executes: true,
    shows: own,
    run: ({ connections }, marker) => connections.actions.execute("crm", "a", { input: { marker } }),
    plain: ({ plain }, marker) => plain.execute("crm/actions/a", { marker })
  },
  submit: {
    kind: "unsafe",
    target: /\/execute/,
    ...job,
    plain: ({ plain }, marker) => plain.job("crm/actions/a", { marker })
  },
  poll: {
    kind: "poll",
    requests: 2,
    target: /^GET \/api\/v1\/jobs\//,
    preceding: /\/execute/,
    ...job,
    run: ({ connections }, marker) =>
      connections.actions
        .execute("crm", "a", { input: { marker } }, { async: true })
        .pipe(Call.withAttemptTimeout("5 seconds"), connections.jobs.result)
  },
  action: {
    kind: "action",
    target: /^POST \/demo\/act/,
    discovers: true,
    executes: true,
    shows: own,
    run: ({ attemptTimeout, bosa }, marker) => bosa.run("demo", "act", { marker }, { timeout: attemptTimeout })
  },
  page: {
    kind: "action",
    target: /^POST \/demo\/list/,
    skip: 1,
    requests: 3,
    preceding: /^POST \/demo\/list/,
    discovers: true,
    executes: true,
    shows: (marker) => `${marker}/3`,
    run: ({ attemptTimeout, bosa }, marker) =>
      Stream.runCollect(bosa.items("demo", "list", { marker }, { timeout: attemptTimeout }))
  },
  download: {
    kind: "download",
    target: /^POST \/demo\/file/,
    discovers: true,
    executes: true,
    shows: own,
    run: ({ attemptTimeout, bosa }, marker) =>
      bosa
        .connect("demo")
        .action("file")
        .pipe(
          Action.params({ marker }),
          Action.timeout(attemptTimeout),
          Action.download,
          Effect.flatMap((file) => file.bytes),
          Effect.map((bytes) => `${bytes.length} ${Buffer.from(bytes).toString("latin1", 0, 100)}`),
          Effect.scoped
        )
  },
  upload: {
    kind: "action",
    target: /^POST \/demo\/send/,
    discovers: true,
    executes: true,
    shows: own,
    run: ({ attemptTimeout, bosa }, marker) => {
      const file = ConnectorFile.fromBytes(Buffer.alloc(30_000, 7), { filename: "a.bin" })
      return bosa.run("demo", "send", { marker, file }, { timeout: attemptTimeout })
    }
  }
} satisfies Record<string, Operation>

export type OperationName = keyof typeof operations

export const operationNames: ReadonlyArray<OperationName> = [
  "list",
  "get",
  "select",
  "discover",
  "toggle",
  "execute",
  "submit",
  "poll",
  "action",
  "page",
  "download",
  "upload"
]
