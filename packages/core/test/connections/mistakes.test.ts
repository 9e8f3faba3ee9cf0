import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import type { ActionBody } from "@effect-connectors/core/ConnectionHandle"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as World from "@effect-connectors/testing/World"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { baseUrl, virtual } from "../support/api.js"

const world = World.make(
  World.connection("crm").action(
    "place",
    { placed: true },
    {
      inputs: [
        { name: "orderId", type: "NUMBER", required: true },
        { name: "color", type: "SELECT", enum: ["red", "green"] }
      ]
    }
  ),
  World.connection("warehouse").table("orders", [{ id: 1, region: "north" }])
)

const fakes = ConnectionsApi.layer({ baseUrl }).pipe(
  Layer.provide(Auth.none),
  Layer.provideMerge(ConnectionsTest.layer(world))
)

/** As JavaScript gives it, past the compiler. */
const given = <A>(value: unknown): A => JSON.parse(JSON.stringify(value))

type Call = (api: ConnectionsApi.Service) => Effect.Effect<unknown, ApiError>

const place =
  (body: unknown, { action = "place", at = "crm", checkInputs = false } = {}): Call =>
  ({ actions }) =>
    actions.execute(at, action, given<ActionBody>(body), { checkInputs })

const select =
  (parameters: unknown): Call =>
  ({ sql }) =>
    sql.select("warehouse", given(parameters))

/** What went wrong, where, and what to do about it: the parts of a message, in the order in which it says them. */
interface Message {
  readonly where: string
  readonly what: string
  readonly fix: string
}

type Row = readonly [mistake: string, call: Call, tag: ApiError["_tag"], message: Message]

const nothingSent = "actions.execute: refused, nothing was sent. "
const url = (path: string) => `(POST ${baseUrl}/api/v1/connections/${path}, request req-1): `
const placeAt = (connection: string, action: string) =>
  `actions.execute ${url(`${connection}/actions/${action}/execute`)}`
const selecting = `sql.select ${url("warehouse/sql/select")}`
const says = (code: string, text: string) => `the server refused the request (400, ${code}). It says: ${text}`
const order = { orderId: 7 }

const rows: ReadonlyArray<Row> = [
  [
    "no `input`",
    place(order),
    "InvalidRequest",
    {
      where: `${nothingSent}body.orderId: `,
      what: "is not a field of the body",
      fix: " (put it in `input`; what only the server knows goes into `extra`)"
    }
  ],
  [
    "`async` in the body",
    place({ input: order, async: true }),
    "InvalidRequest",
    {
      where: `${nothingSent}body.async: `,
      what: "is not a field of the body",
      fix: " (it belongs in the options, the argument after the body)"
    }
  ],
  [
    "a wrong table",
    select({ table: "ordres" }),
    "ApiRejected",
    {
      where: selecting,
      what: says("UNDEFINED_TABLE", "the table ordres does not exist"),
      fix: "; the nearest is orders. Correct the request"
    }
  ],
  [
    "a wrong enum value",
    place({ input: { ...order, color: "grean" } }),
    "ApiRejected",
    {
      where: placeAt("crm", "place"),
      what: says("INVALID_INPUT", "the input color must be"),
      fix: " one of red, green; place takes orderId, color. Correct the request"
    }
  ],
  [
    "a wrong enum value, with `checkInputs`",
    place({ input: { ...order, color: "grean" } }, { checkInputs: true }),
    "InvalidRequest",
    {
      where: `${nothingSent}body.input.color: `,
      what: "is not one of the values that are allowed",
      fix: ` (the nearest is "green")`
    }
  ],
  [
    "a wrong connection",
    place({ input: order }, { at: "crn" }),
    "NotFound",
    {
      where: placeAt("crn", "place"),
      what: `the server knows no connection "crn" or action "place" (404, NOT_FOUND). It says: the connection crn does not exist`,
      fix: "; the nearest is crm. Check the names, that this account can see them, and `baseUrl`"
    }
  ],
  [
    "a wrong action",
    place({ input: order }, { action: "plase" }),
    "NotFound",
    {
      where: placeAt("crm", "plase"),
      what: `the server knows no connection "crm" or action "plase" (404, NOT_FOUND). It says: the action plase of crm does not exist`,
      fix: "; the nearest is place. Check the names, that this account can see them, and `baseUrl`"
    }
  ],
  [
    "a NUMBER that is text",
    place({ input: { orderId: "seven" } }),
    "ApiRejected",
    {
      where: placeAt("crm", "place"),
      what: says("INVALID_INPUT", "the input orderId must be NUMBER, and is text"),
      fix: "; place takes orderId, color. Correct the request"
    }
  ],
  [
    "a NUMBER that is text, with `checkInputs`",
    place({ input: { orderId: "seven" } }, { checkInputs: true }),
    "InvalidRequest",
    {
      where: `${nothingSent}body.input.orderId: `,
      what: "expected NUMBER, got text",
      fix: " (give a number, such as 7)"
    }
  ],
  [
    "text for a column of numbers",
    select({ table: "orders", where: { id: "seven" } }),
    "ApiRejected",
    {
      where: selecting,
      what: says("INVALID_VALUE", "the column id of orders holds numbers, and `where` gives text"),
      fix: "; give a number. Correct the request"
    }
  ],
  [
    "an unknown sql field",
    select({ tabel: "orders" }),
    "ApiRejected",
    {
      where: selecting,
      what: says("INVALID_PARAMETERS", `"tabel" is not a parameter of sql.select`),
      fix: `; the nearest is "table". It takes table, columns, where, orderBy, limit, offset, options. Correct the request`
    }
  ]
]

describe("a mistake in a call: the message says what, where, and what to do", () => {
  for (const [mistake, call, tag, { fix, what, where }] of rows) {
    virtual(mistake, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.flatMap(ConnectionsApi, call))
        assert.deepStrictEqual([error._tag, error.message], [tag, `${where}${what}${fix}`])
      }).pipe(Effect.provide(fakes))
    )
  }
})
