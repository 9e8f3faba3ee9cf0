import { ExecutorFailure, type Json } from "../../Executor.js"

/** Refuses work. @internal */
export const refused = (code: string, message: string, status = 400): ExecutorFailure =>
  new ExecutorFailure({ status, code, message })

/** What work in memory comes to: a value, or a refusal. @internal */
export type Result = Json | ExecutorFailure
