import { Auth } from "@effect-connectors/core/Auth"
import { type BosaApi, make as makeBosa } from "@effect-connectors/core/BosaApi"
import { make as makeConnections, type ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { CallLog } from "./callLog.js"
import { limitingTransport, plainTransport } from "./transports.js"
import type { Recorder } from "./recorder.js"
import type { Servers } from "./servers.js"
import { canary } from "../common/canary.js"
import { bosaOrigin, connectionsOrigin } from "./world.js"

/** The settings of a tenant's clients, the same for each incarnation. */
export interface Tenant {
  readonly index: number
  readonly keepsAttempt: boolean
  readonly isRefreshing: boolean
  readonly dialect: Dialect
  readonly attemptTimeout: number
  /** References to jobs, as a database would keep them: they survive a crash. */
  readonly store: Map<string, string>
}

/** One incarnation of a tenant's client. */
export interface ClientProcess {
  readonly log: CallLog
  readonly tenant: Tenant
  readonly connections: ConnectionsApi.Service
  readonly bosa: BosaApi.Service
}

const credentials = (tenant: Tenant) => {
  const { index } = tenant
  let turn = 0
  const refreshed = Effect.sync(() => {
    turn++
    return {
      "x-service-token": Redacted.make(`${canary}-token-${index}-${turn}`),
      "x-api-key": Redacted.make(`${canary}-key-${index}`)
    }
  })
  return {
    connections: tenant.isRefreshing
      ? Auth.refreshing(Effect.delay(refreshed, 50))
      : Auth.serviceToken(Redacted.make(`${canary}-token-${index}`)),
    bosa: tenant.isRefreshing
      ? Auth.refreshing(Effect.delay(refreshed, 50))
      : Auth.bosa({
          apiKey: Redacted.make(`${canary}-key-${index}`),
          userToken: Redacted.make(`${canary}-user-${index}`)
        })
  }
}

/** Starts a client for the tenant; it ends with the scope. */
export const start = (
  servers: Servers,
  recorder: Recorder,
  tenant: Tenant,
  incarnation: number
): Effect.Effect<ClientProcess, never, Scope.Scope> => {
  const client = `${tenant.index}.${incarnation}`
  const network = servers.network(client)
  const http = tenant.keepsAttempt ? limitingTransport(network) : plainTransport(network)
  const { bosa, connections } = credentials(tenant)
  const common = { attemptTimeout: tenant.attemptTimeout, maxBodyBytes: servers.maxBodyBytes }
  return Effect.zipWith(
    Effect.provide(makeConnections({ baseUrl: connectionsOrigin, ...common }), connections),
    Effect.provide(makeBosa({ baseUrl: bosaOrigin, dialect: tenant.dialect, ...common }), bosa),
    (connections, bosa): ClientProcess => ({ log: { recorder, client, isDead: false }, tenant, connections, bosa })
  ).pipe(Effect.provideService(HttpClient.HttpClient, http), Effect.orDie)
}

/** Stores a reference, as a program does that is to go on after a crash. */
export const store = ({ log, tenant }: ClientProcess, call: number, op: string, job: JobRef): void => {
  if (log.isDead) return
  tenant.store.set(job.jobId, JSON.stringify(JobRef.encode(job)))
  log.recorder.add("stored", log.client, call, op, { job: job.jobId })
}

/** A stored reference, as another process reads it. */
export const stored = (tenant: Tenant, jobId: string): JobRef.Encoded | undefined => {
  const text = tenant.store.get(jobId)
  return text === undefined ? undefined : JSON.parse(text)
}
