import * as Redacted from "effect/Redacted"
import type { Target } from "../../Law.js"
import type { World } from "../../World.js"

/** The credentials of the world. Output that has one of them has leaked a secret. @internal */
export const canaries = {
  serviceToken: "canary-service-token-5d1f0c7e",
  apiKey: "canary-api-key-5d1f0c7e",
  userToken: "canary-user-token-5d1f0c7e"
}

/** What careless servers do: the reason of a failure repeats the credentials of its request. */
const echo = ` for ${canaries.serviceToken}`
const connectorEcho = ` for ${canaries.apiKey}, ${canaries.userToken}`

const items = Array.from({ length: 7 }, (_, index) => ({ id: index + 1 }))
const result = { answer: 42 }

const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 503] as const

const refusals = statuses.map((status) => ({ action: `refused-${status}`, status }))
const connectorRefusals = statuses.map((status) => ({ action: `refused_${status}`, status }))

const text = { type: "string" }
const maybe = (type: string) => ({ anyOf: [{ type }, { type: "null" }] })

/** `Laws.world`: its jobs take milliseconds. @internal */
export const lawsWorld: World = {
  auth: { serviceTokens: [canaries.serviceToken] },
  connections: [
    {
      slug: "laws",
      displayName: "Actions for the laws",
      actions: [
        { slug: "quick", echo: true },
        {
          slug: "works",
          steps: [
            { atMillis: 0, status: "queued" },
            { atMillis: 15, status: "running", progress: 0.2 },
            { atMillis: 30, status: "running", progress: 0.5 },
            { atMillis: 45, status: "running", progress: 0.8 },
            { atMillis: 60, status: "completed", progress: 1, result }
          ]
        },
        { slug: "fails", takesMillis: 30, progress: true, fails: { code: "NO_LUCK", message: `it went wrong${echo}` } },
        { slug: "stays", stays: "running" },
        ...refusals.map(({ action, status }) => ({ slug: action, fails: { status, message: `refused${echo}` } }))
      ]
    },
    { slug: "laws-files", kind: "file", files: { "log.txt": "begin\n" } }
  ],
  bosa: {
    clients: [{ name: "laws", apiKey: canaries.apiKey, users: [{ identifier: "laws", token: canaries.userToken }] }],
    connectors: [
      {
        name: "laws",
        actions: [
          { name: "echo", properties: { text }, required: ["text"], echo: true },
          { name: "by_page", properties: { page: maybe("integer") }, pages: { items, perPage: 3 } },
          { name: "by_cursor", properties: { cursor: maybe("string") }, pages: { items, by: "cursor", perPage: 3 } },
          ...connectorRefusals.map(({ action, status }) => ({
            name: action,
            error: { status, code: "REFUSED", message: `refused${connectorEcho}` }
          }))
        ]
      }
    ]
  }
}

/** The target of an unknown platform. @internal */
export const emptyTarget: Target = {
  connection: "laws",
  quick: undefined,
  works: undefined,
  fails: undefined,
  stays: undefined,
  refusals: [],
  file: undefined,
  missing: "laws-missing",
  connector: "laws",
  echo: undefined,
  refused: undefined,
  pages: [],
  connectorRefusals: [],
  secrets: [],
  pace: "5 millis",
  settle: "100 millis"
}

/** The target of `lawsWorld`. @internal */
export const worldTarget: Target = {
  ...emptyTarget,
  quick: "quick",
  works: { action: "works", result },
  fails: { action: "fails" },
  stays: { action: "stays" },
  refusals,
  file: { connection: "laws-files", path: "log.txt" },
  echo: { action: "echo", input: { text: "hello" } },
  refused: { action: "echo", input: { text: { not: "a text" } } },
  pages: [
    { action: "by_page", items },
    { action: "by_cursor", items }
  ],
  connectorRefusals,
  secrets: Object.values(canaries).map((canary) => Redacted.make(canary))
}
