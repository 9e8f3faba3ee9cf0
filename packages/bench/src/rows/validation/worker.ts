/** One variant of the row `validation`: `worker.js VARIANT INPUT SIZE`. Each message is a number of calls, its reply their CPU time. */
import * as ActionSchema from "@effect-connectors/core/ActionSchema"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { peer } from "../../peers.js"
import { effectSchema, type InputKind, inputsOf, jsonSchema } from "./inputs.js"

type Validate = (input: Readonly<Record<string, unknown>>) => boolean

interface Ajv {
  readonly compile: (schema: unknown) => Validate
}
interface AjvModule {
  readonly Ajv: new (options: { readonly strict: boolean; readonly allErrors: boolean }) => Ajv
}
interface Zod {
  readonly fromJSONSchema: (schema: unknown) => {
    readonly safeParse: (input: unknown) => { readonly success: boolean }
  }
}

const [variant = "", kind = "right", size = "20"] = process.argv.slice(2)
const count = Number(size)
const inputKinds: ReadonlyArray<InputKind> = ["right", "many shapes", "built by key", "1 wrong", "5 wrong"]
const inputs = inputsOf(inputKinds.find((each) => each === kind) ?? "right", count)

const ours = (schema: unknown, strict: boolean): Validate => {
  const action = Either.getOrThrow(ActionSchema.make({ request: { schema } }, { dialect: "gl" }))
  return (input) => Either.isRight(action.validate(input, { strict }))
}

const ajv = async (allErrors: boolean) => {
  const { Ajv } = await peer<AjvModule>("ajv")
  return (schema: unknown): Validate => new Ajv({ strict: false, allErrors }).compile(schema)
}

const zod = async () => {
  const { fromJSONSchema } = await peer<Zod>("zod")
  return (schema: unknown): Validate => {
    const made = fromJSONSchema(schema)
    return (input) => made.safeParse(input).success
  }
}

const compilers: Readonly<Record<string, () => Promise<(prefix: string) => Validate>>> = {
  ajv: async () =>
    (
      (compile) => (prefix) =>
        compile(jsonSchema(count, false, true, prefix))
    )(await ajv(false)),
  "ajv, allErrors": async () =>
    (
      (compile) => (prefix) =>
        compile(jsonSchema(count, false, true, prefix))
    )(await ajv(true)),
  "ajv, other names not seen": async () =>
    (
      (compile) => (prefix) =>
        compile(jsonSchema(count, false, false, prefix))
    )(await ajv(false)),
  "ajv, rules": async () =>
    (
      (compile) => (prefix) =>
        compile(jsonSchema(count, true, true, prefix))
    )(await ajv(false)),
  ours: () => Promise.resolve((prefix) => ours(jsonSchema(count, false, false, prefix), false)),
  "ours, strict": () => Promise.resolve((prefix) => ours(jsonSchema(count, true, false, prefix), true)),
  "zod 4": async () =>
    (
      (compile) => (prefix) =>
        compile(jsonSchema(count, false, false, prefix))
    )(await zod()),
  "effect/Schema": () =>
    Promise.resolve(() => {
      const decode = Schema.decodeUnknownEither(effectSchema(count))
      return (input) => Either.isRight(decode(input))
    })
}

const cpu = (work: () => void): number => {
  const start = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(start)
  return user + system
}

const expected = kind !== "1 wrong" && kind !== "5 wrong"

const rounds = async (): Promise<(calls: number) => number> => {
  const compiler = await compilers[variant]?.()
  if (compiler === undefined) throw new Error(`there is no variant "${variant}"`)
  if (kind === "first use") {
    let used = 0
    return (calls) => {
      const fresh = Array.from({ length: Math.max(1, Math.floor(calls / 500)) }, () => {
        const prefix = variant === "effect/Schema" ? "f" : `n${used++}_`
        return { prefix, input: inputsOf("right", count, prefix)[0] ?? {} }
      })
      return cpu(() => fresh.forEach(({ input, prefix }) => compiler(prefix)(input))) / fresh.length
    }
  }
  const validate = compiler("f")
  return (calls) => {
    let right = 0
    const micros = cpu(() => {
      for (let call = 0; call < calls; call++) if (validate(inputs[call & 15] ?? {})) right++
    })
    if (right !== (expected ? calls : 0)) throw new Error(`${variant} says the wrong thing of an input: ${kind}`)
    return micros / calls
  }
}

const started = rounds()

process.on("message", (calls: unknown) => {
  started.then(
    (round) => process.send?.({ micros: round(Number(calls)) }),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) })
  )
})
process.on("disconnect", () => process.exit(0))
