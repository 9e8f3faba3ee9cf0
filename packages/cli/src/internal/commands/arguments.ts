/**
 * What several commands take.
 */
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"

const arg = (name: string, about: string) => Args.text({ name }).pipe(Args.withDescription(about))

export const connection = arg("connection", "The slug of the connection")
export const action = arg("action", "The slug of the action")
export const trigger = arg("trigger", "The slug of the trigger")
export const job = arg("job", "The reference of the job: its JSON, @FILE, or - for stdin")
export const connector = arg("connector", "The name of the connector")
export const named = arg

export const input = Options.text("input").pipe(
  Options.withDescription("The input as a JSON object: its text, @FILE, or - for stdin"),
  Options.optional
)

export const text = (name: string, about: string) =>
  Options.text(name).pipe(Options.withDescription(about), Options.optional)

export const number = (name: string, about: string) =>
  Options.integer(name).pipe(Options.withDescription(about), Options.optional)

export const flag = (name: string, about: string) => Options.boolean(name).pipe(Options.withDescription(about))

/** How an execute runs. */
export const execution = {
  async: flag("async", "Ask the server to make it a job, and print its reference"),
  follow: flag("follow", "Ask the server to make it a job, follow it, and print its result"),
  idempotent: flag("idempotent", "Declare that doing it twice is harmless: a lost response is tried again")
} as const

export const optional = Args.optional
