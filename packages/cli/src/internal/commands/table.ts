/**
 * All commands: what help, completions and the guide are made of.
 */
import type { Group } from "../operation.js"
import { bosa } from "./bosa.js"
import { actions, connections, triggers } from "./connections.js"
import { durable } from "./durable.js"
import { jobs } from "./jobs.js"
import { completions, emulator } from "./local.js"
import { profile } from "./profile.js"
import { file, http, sql } from "./typed.js"
import { types } from "./types.js"

export const root: Group = {
  name: "connectors",
  summary: "The command line of connections platforms",
  commands: [
    connections,
    actions,
    http,
    file,
    sql,
    triggers,
    jobs,
    durable,
    bosa,
    types,
    profile,
    emulator,
    completions(() => root)
  ]
}
