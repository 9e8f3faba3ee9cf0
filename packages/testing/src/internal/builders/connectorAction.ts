import { type Special, SpecialTypeId, type TypedHandler } from "../../Answer.js"
import type { BosaAction } from "../../BosaWorld.js"
import type { ActionAnswer } from "../../ConnectorBuilder.js"
import { nullable } from "../bosa/nullable.js"
import { dataOrHandler } from "./answers.js"
import { isTypedHandler } from "./typedHandler.js"

type Fields = Omit<BosaAction, "name">

const isSpecial = (answer: ActionAnswer): answer is Special =>
  typeof answer === "object" && answer !== null && SpecialTypeId in answer

/** The parameters as a connector declares them: optional ones may be `null`. @internal */
export const declaredParameters = ({ properties, required, schema }: TypedHandler<never>["parameters"]): Fields => ({
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, required.includes(name) ? schema : nullable(schema)])
  ),
  required,
  schema
})

/** The fields of an action with this answer. @internal */
export const actionOf = (answer: ActionAnswer): Fields => {
  if (isSpecial(answer)) return answer[SpecialTypeId]
  const work = dataOrHandler(answer)
  if (typeof work !== "function") return { value: work }
  return isTypedHandler(answer) ? { ...declaredParameters(answer.parameters), handler: work } : { handler: work }
}
