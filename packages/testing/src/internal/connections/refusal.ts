import { ExecutorFailure, type Json } from "../../Executor.js"

/** Refuses work. @internal */
export const refused = (code: string, message: string, status = 400): ExecutorFailure =>
  new ExecutorFailure({ status, code, message })

/** The result of work in memory: a value or a refusal. @internal */
export type Result = Json | ExecutorFailure
