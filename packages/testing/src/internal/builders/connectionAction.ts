import type { ActionAnswer } from "../../ConnectionBuilder.js"
import type { Answer, TypedHandler } from "../../Answer.js"
import type { ActionContext, Json, JsonObject } from "../../Executor.js"
import { isJob } from "../../Job.js"
import type { WorldAction } from "../../World.js"
import { isObject } from "../fakeServer/json.js"
import { dataOrHandler } from "./answers.js"
import { isTypedHandler } from "./typedHandler.js"

type Fields = Omit<WorldAction, "slug">

const typeOf = (schema: Json | undefined): string | undefined => {
  const type = isObject(schema) ? schema["type"] : undefined
  if (typeof type !== "string") return undefined
  return type === "integer" ? "NUMBER" : type.toUpperCase()
}

const inputsOf = ({ properties, required }: TypedHandler<never>["parameters"]): ReadonlyArray<JsonObject> =>
  Object.entries(properties).map(([name, schema]) => {
    const type = typeOf(schema)
    return { name, ...(type === undefined ? {} : { type }), required: required.includes(name) }
  })

const resultOf = (answer: Answer<Json, ActionContext>): Fields => {
  const work = dataOrHandler(answer)
  if (typeof work !== "function") return { result: work }
  return isTypedHandler(answer) ? { handler: work, inputs: inputsOf(answer.parameters) } : { handler: work }
}

/** The fields of a saved action with this answer. @internal */
export const actionOf = (answer: ActionAnswer): Fields => {
  if (!isJob(answer)) return resultOf(answer)
  return answer.result === undefined ? answer.plan : { ...answer.plan, ...resultOf(answer.result) }
}
