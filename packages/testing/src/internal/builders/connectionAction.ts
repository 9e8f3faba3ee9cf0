import type { ActionAnswer } from "../../ConnectionBuilder.js"
import type { Answer, TypedHandler } from "../../Answer.js"
import type { ActionContext, Json, JsonObject } from "../../Executor.js"
import { isJob } from "../../Job.js"
import type { WorldAction } from "../../World.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { inputCheckOf, withInputCheck } from "../parameters/inputCheck.js"
import { dataOrHandler } from "./answers.js"
import { isTypedHandler } from "./typedHandler.js"

type Fields = Omit<WorldAction, "slug">

interface Declared {
  readonly type?: string
  readonly enum?: ReadonlyArray<Json>
}

const words: Readonly<Record<string, string>> = {
  string: "STRING",
  number: "NUMBER",
  integer: "INTEGER",
  boolean: "BOOLEAN",
  array: "ARRAY",
  object: "OBJECT"
}

const literalWord = (value: Json): string | undefined => words[Number.isInteger(value) ? "integer" : typeof value]

const same = <A>(values: ReadonlyArray<A>): A | undefined =>
  values.every((value) => value === values[0]) ? values[0] : undefined

const isNull = (schema: Json): boolean => isObject(schema) && schema["type"] === "null"

/** The type word and the literals of a field. An input may always be null, so that null is no member of a union here. */
const declaredOf = (schema: Json | undefined): Declared => {
  if (!isObject(schema)) return {}
  if (isArray(schema["anyOf"])) return unionOf(schema["anyOf"].filter((member) => !isNull(member)).map(declaredOf))
  const literals = isArray(schema["enum"]) ? schema["enum"].filter((value) => value !== null) : []
  const type = typeof schema["type"] === "string" ? words[schema["type"]] : undefined
  if (literals.length === 0) return type === undefined ? {} : { type }
  const word = same(literals.map(literalWord)) ?? type
  return { ...(word === undefined ? {} : { type: word }), enum: literals }
}

const unionOf = (members: ReadonlyArray<Declared>): Declared => {
  const type = same(members.map((member) => member.type))
  const isClosed = members.length > 0 && members.every((member) => member.enum !== undefined)
  return {
    ...(type === undefined ? {} : { type }),
    ...(isClosed && { enum: members.flatMap((member) => member.enum ?? []) })
  }
}

const inputsOf = ({ properties, required }: TypedHandler<never>["parameters"]): ReadonlyArray<JsonObject> =>
  Object.entries(properties).map(([name, schema]) => {
    const { type, ...literals } = declaredOf(schema)
    return { name, ...(type === undefined ? {} : { type }), required: required.includes(name), ...literals }
  })

const resultOf = (answer: Answer<Json, ActionContext>): Fields => {
  const work = dataOrHandler(answer)
  if (typeof work !== "function") return { result: work }
  if (!isTypedHandler(answer)) return { handler: work }
  return { handler: withInputCheck(work, inputCheckOf(answer)), inputs: inputsOf(answer.parameters) }
}

/** The fields of a saved action with this answer. @internal */
export const actionOf = (answer: ActionAnswer): Fields => {
  if (!isJob(answer)) return resultOf(answer)
  return answer.result === undefined ? answer.plan : { ...answer.plan, ...resultOf(answer.result) }
}
