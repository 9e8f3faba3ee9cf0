import { jsonText } from "../data/jsonText.js"
import type { Fault, Matcher, Plan, Rule } from "../../Faults.js"
import { sharesOf } from "./kinds.js"

const timesOf = ({ delayMillis, skewMillis }: Fault): ReadonlyArray<string> => [
  ...(delayMillis === undefined ? [] : [`after ${delayMillis} ms`]),
  ...(skewMillis === undefined
    ? []
    : [`with a clock ${Math.abs(skewMillis)} ms ${skewMillis < 0 ? "behind" : "ahead"}`])
]

const committed = (fault: { readonly commit?: boolean }): string => (fault.commit === true ? " after the work" : "")

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text)

const quoted = (text: string): string => JSON.stringify(short(text))

const bodyOf = ({ json, text }: Extract<Fault, { readonly _tag: "Answer" }>): string => {
  if (text !== undefined) return ` ${quoted(text)}`
  return json === undefined ? "" : ` ${short(jsonText(json))}`
}

const nameOf = (fault: Fault): string => {
  switch (fault._tag) {
    case "Answer": {
      const { headers = {}, status = 200 } = fault
      const headerTexts = Object.entries(headers).map(([name, value]) => ` ${name}=${quoted(value)}`)
      return `status ${status}${committed(fault)}${headerTexts.join("")}${bodyOf(fault)}`
    }
    case "RateLimited":
      return fault.retryAfterMillis === undefined
        ? "rate limited"
        : `rate limited for ${fault.retryAfterMillis} ms (${fault.hint ?? "seconds"})`
    case "Reset":
      return fault.commit === true ? "lost answer" : "reset"
    case "Refused":
      return "refused"
    case "Hang":
      return `hang${committed(fault)}`
    case "CutBody":
      return fault.commit === true ? "cut body" : `cut body of status ${fault.status ?? 200}, nothing done`
    case "SlowBody":
      return `slow body, ${fault.bytes} bytes every ${fault.everyMillis} ms`
    case "StaleRead":
      return `stale read, ${fault.changes ?? 1} behind`
    case "Duplicate":
      return "duplicate"
    case "Pass":
      return "pass"
  }
}

const faultOf = (fault: Fault): string => [nameOf(fault), ...timesOf(fault)].join(" ")

const matcherOf = (matcher: Matcher = {}): string => {
  const { action, connection, connector, from = 1, method, operation, path, pattern } = matcher
  const place = [connection ?? connector, action].filter((name) => name !== undefined).join("/")
  const words = [
    method?.toUpperCase(),
    path,
    pattern === undefined ? undefined : `/${pattern}/`,
    operation,
    place === "" ? undefined : `of ${place}`
  ].filter((word) => word !== undefined)
  return `${words.length === 0 ? "any request" : words.join(" ")}${from === 1 ? "" : ` from number ${from} on`}`
}

const linesOf = (rule: Rule): ReadonlyArray<string> => {
  const requests = matcherOf(rule.matcher)
  switch (rule._tag) {
    case "Next":
      return rule.faults.map((fault) => `next ${requests}: ${faultOf(fault)}`)
    case "Always":
      return [`always ${requests}: ${faultOf(rule.fault)}`]
    case "Seeded":
      return sharesOf(rule.rates).map(
        ([kind, rate]) => `seed ${rule.seed} ${requests}: ${kind} ${Number((100 * rate).toPrecision(3))}%`
      )
  }
}

/** @internal */
export const print = ({ rules }: Plan): string => {
  const lines = rules.flatMap(linesOf)
  return lines.length === 0 ? "no faults" : lines.join("\n")
}
