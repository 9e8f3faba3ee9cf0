import * as Encoding from "effect/Encoding"
import type { Reply, Sent } from "./fakeClient.js"

// a server that gives back what is not secret shows it: these stand where no server of these tests gives them back
const open = "plain|query|hash|parameter|header|start|search|file|q"
const canaries = new RegExp(`CANARY-(?!(?:${open})\\b)[a-z0-9]+`, "g")

/** The secrets in a request: each has the name of where it stands. */
const secretsIn = ({ body, headers, url }: Sent): ReadonlyArray<string> => [
  ...new Set(JSON.stringify([headers, body, decodeURIComponent(url)]).match(canaries))
]

const formsOf = (secret: string): ReadonlyArray<string> => [
  secret,
  secret.toLowerCase(),
  `${secret.slice(0, 9)}\u001b[0m${secret.slice(9)}`,
  encodeURIComponent(`a b&${secret}`),
  Encoding.encodeBase64(secret),
  Encoding.encodeBase64(`u:${secret}`),
  Encoding.encodeBase64Url(`xy${secret}z`)
]

/** What the worst server says: each secret in each form, between what no line of a log may hold. */
export const echoOf = (secrets: ReadonlyArray<string>): string =>
  `no\u001b[31m such\n${secrets.flatMap(formsOf).join("\r\n")}\u0007\u202e ${"x".repeat(600)}`

/** Headers that give back a secret wherever an error takes a text from them. */
export const echoedHeaders = ([secret = "CANARY-none"]: ReadonlyArray<string>): Readonly<Record<string, string>> => ({
  "x-request-id": `r-${secret}`,
  "content-type": `application/json; a=${secret}`,
  "set-cookie": "sid=CANARY-setcookie",
  location: `https://${secret}.example/x?token=CANARY-location#CANARY-hash`,
  "www-authenticate": 'Bearer realm="CANARY-realm"'
})

/** A response that gives back the secrets of its request, and of an earlier one. */
export const echoing =
  (reply: (secrets: ReadonlyArray<string>) => Reply, earlier: ReadonlyArray<string> = []): Reply =>
  (request, sent) =>
    reply([...secretsIn(sent), ...earlier])(request, sent)

/** Whether a text holds a secret, or the base64 of one wherever it begins. */
export const leaks = (text: string): boolean => /CANARY|Q0FOQVJZ|NBTkFSW|DQU5BUl/i.test(text)
