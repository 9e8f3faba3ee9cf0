import type { ActionError } from "../../Action.js"
import type { OutputSchema, ToolFailure, ToolUnknown, Truncated } from "../../ActionTools.js"
import type { NextOf } from "./toolBudget.js"

const texts = { type: "array", items: { type: "string" } }
const count = { type: "integer", minimum: 0 }

/** Of every tool: discovery says nothing of responses. @internal */
export const outputSchema: OutputSchema = {
  type: "object",
  properties: {
    data: { description: "What the action responded with." },
    meta: { type: "object", description: "What the server says of the data, such as where the next page is." },
    ignored: {
      type: "array",
      description: "Arguments that the action does not take and that were not sent.",
      items: {
        type: "object",
        properties: { name: { type: "string" }, nearest: { type: "string" } },
        required: ["name"]
      }
    },
    truncated: {
      type: "array",
      description: "Where the result was cut because it was too large, and how to get the rest.",
      items: {
        type: "object",
        properties: {
          path: texts,
          unit: { enum: ["elements", "fields", "characters"] },
          kept: count,
          of: count,
          next: { type: "string" }
        },
        required: ["path", "unit", "kept", "of", "next"]
      }
    }
  },
  required: ["data"],
  additionalProperties: false
}

// parameters that make a response smaller, by the names that servers give them
const narrowing = ["per_page", "page_size", "limit", "max_results", "response_fields"]

/**
 * How a model gets what was cut, from what the action takes.
 *
 * @internal
 */
export const nextOf = (parameters: ReadonlyArray<{ readonly name: string }>, isReadOnly: boolean): NextOf => {
  const names = narrowing.filter((name) => parameters.some((parameter) => parameter.name === name))
  const less =
    names.length === 0 ? "with narrower arguments" : `for less, with ${names.map((n) => `\`${n}\``).join(" or ")}`
  const ask = isReadOnly
    ? `Ask again ${less}.`
    : `If this action only reads, ask again ${less}. If it changes something, it is done: do not repeat it, read the rest with another tool.`
  return (unit: Truncated["unit"], kept: number) =>
    `The ${unit} from ${kept} on are cut; no later page has them. ${ask}`
}

const upperSnake = (tag: string): string => tag.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()

/**
 * An error as a model sees it: what may have happened is not a failure that can be repeated.
 *
 * @internal
 */
export const errorValue = (error: ActionError): ToolFailure | ToolUnknown => {
  const code = ("serverCode" in error ? error.serverCode : undefined) ?? upperSnake(error._tag)
  const isLost = error._tag === "OutcomeUnknown"
  if (isLost || ("mayHaveHappened" in error && error.mayHaveHappened === true)) {
    return {
      outcome: "unknown",
      mayHaveHappened: true,
      retryable: false,
      code,
      // the message of the last attempt can advise to try again
      message: isLost
        ? error.message
        : `${error.operation}: an earlier attempt was sent and its response was lost; the last attempt ended with ${code}`,
      next: "It may have happened. Do not repeat it. Check first, with a tool that reads, whether it did."
    }
  }
  return {
    error: {
      code,
      message: error.message,
      retryable: error.retryable,
      ...(error._tag === "InvalidRequest" ? { issues: error.issues } : {})
    }
  }
}
