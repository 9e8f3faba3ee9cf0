import type { BosaWorld } from "../../BosaWorld.js"
import { defaultCreateClientPath, makeMatch } from "./routes.js"

interface Issue {
  readonly path: string
  readonly reason: string
}

interface Placed {
  readonly at: string
  readonly value: string
}

const repeated = (all: ReadonlyArray<Placed>): ReadonlyArray<Issue> => {
  const seen = new Set<string>()
  return all.flatMap(({ at, value }) => {
    if (seen.has(value)) return [{ path: at, reason: `${JSON.stringify(value)} is there twice` }]
    seen.add(value)
    return []
  })
}

/**
 * What a schema cannot check: names that are there twice or that do not exist, paths that are taken. `isTaken` says whether
 * another platform owns a path.
 *
 * @internal
 */
export const bosaIssuesOf = (world: BosaWorld, isTaken: (path: string) => boolean): ReadonlyArray<Issue> => {
  const connectors = (world.connectors ?? []).map((connector, index) => ({
    connector,
    at: `bosa.connectors[${index}]`
  }))
  const clients = (world.clients ?? []).map((client, index) => ({ client, at: `bosa.clients[${index}]` }))
  const users = clients.map(({ client, at }) =>
    (client.users ?? []).map((user, index) => ({ user, at: `${at}.users[${index}]` }))
  )
  const actions = connectors.map(({ connector, at }) =>
    (connector.actions ?? []).map((action, index) => ({
      at: `${at}.actions[${index}]`,
      name: action.name,
      path: action.path ?? `/${connector.name}/${action.name}`
    }))
  )
  const names = new Set(connectors.map(({ connector }) => connector.name))
  const match = makeMatch(world.createClientPath ?? defaultCreateClientPath)
  return [
    ...repeated(connectors.map(({ connector, at }) => ({ at: `${at}.name`, value: connector.name }))),
    ...actions.flatMap((actions) => repeated(actions.map(({ at, name }) => ({ at: `${at}.name`, value: name })))),
    ...repeated(actions.flat().map(({ at, path }) => ({ at: `${at}.path`, value: path }))),
    ...actions
      .flat()
      .flatMap(({ at, path }) =>
        match("POST", path)._tag === "Unknown" && !isTaken(path)
          ? []
          : [{ path: `${at}.path`, reason: `the platform itself is at ${path}` }]
      ),
    ...repeated(clients.map(({ client, at }) => ({ at: `${at}.apiKey`, value: client.apiKey }))),
    ...users.flatMap((users) =>
      repeated(users.map(({ user, at }) => ({ at: `${at}.identifier`, value: user.identifier })))
    ),
    ...repeated(
      users
        .flat()
        .flatMap(({ user, at }) => (user.token === undefined ? [] : [{ at: `${at}.token`, value: user.token }]))
    ),
    ...users.flat().flatMap(({ user, at }) =>
      Object.keys(user.accounts ?? {})
        .filter((connector) => !names.has(connector))
        .map((connector) => ({ path: `${at}.accounts.${connector}`, reason: "there is no connector of this name" }))
    )
  ]
}
