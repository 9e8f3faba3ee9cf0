import * as Transport from "@effect-connectors/core/Transport"
import * as Predicate from "effect/Predicate"
import type { Failure } from "../../Recording.js"

const reasons: ReadonlyArray<Failure["reason"]> = [
  "Transport",
  "Encode",
  "InvalidUrl",
  "StatusCode",
  "Decode",
  "EmptyBody"
]

const maxDepth = 6
const word = /^[A-Z][A-Z0-9_]{1,63}$/

// messages are never recorded: they may quote the request
const codesOf = (cause: unknown): Pick<Failure, "code" | "syscall" | "name"> => {
  let at = cause
  for (let depth = 0; depth < maxDepth && Predicate.isRecord(at); depth++) {
    const { code, name, syscall } = at
    if (typeof code === "string" && word.test(code)) {
      return typeof syscall === "string" && /^[a-z]{1,32}$/.test(syscall) ? { code, syscall } : { code }
    }
    if (name === "HTTPParserError") return { name }
    at = Array.isArray(at["errors"]) ? at["errors"][0] : at["cause"]
  }
  return {}
}

/** The part of an error that is recorded. @internal */
export const failureOf = (error: unknown): Failure => {
  const reason = Predicate.hasProperty(error, "reason") ? error.reason : undefined
  const evidence = Transport.evidenceOf(error)
  return {
    reason: reasons.find((known) => known === reason) ?? "Transport",
    ...(evidence === undefined ? {} : { evidence }),
    ...codesOf(Predicate.hasProperty(error, "cause") ? error.cause : undefined)
  }
}

/** The status of the response that an error holds. @internal */
export const statusOf = (error: unknown): number | undefined => {
  const response = Predicate.hasProperty(error, "response") ? error.response : undefined
  return Predicate.hasProperty(response, "status") && Predicate.isNumber(response.status) ? response.status : undefined
}

/** The cause of a replayed error. @internal */
export const causeOf = ({ code, evidence, name, syscall }: Failure): Error =>
  Object.assign(new Error(`recorded: ${evidence?.code ?? code ?? name ?? "no response"}`), {
    ...(code === undefined ? {} : { code }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(name === undefined ? {} : { name }),
    ...(evidence === undefined ? {} : { [Transport.EvidenceTypeId]: evidence })
  })
