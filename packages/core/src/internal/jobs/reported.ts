import type { JobProtocol, JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import { isFields } from "../data/fields.js"
import { secretsOf } from "../data/secretValues.js"
import { shownText } from "../data/serverText.js"
import type { Said } from "../http/errors.js"
import { reasonShown } from "../http/said.js"
import { exactTextOf, type SentCall } from "../http/sentSecrets.js"
import { codeIn } from "../http/serverCode.js"
import { reasonOf } from "../http/serverReason.js"

// outside of a reference, which is stored and printed
const inputs = new WeakMap<JobRef, ReadonlyArray<string>>()

/**
 * Keeps what the submit of a job sent under sensitive names: the server may give it back when the job fails.
 *
 * @internal
 */
export const rememberInput = (ref: JobRef, sensitive: ReadonlyArray<string>): void => {
  if (sensitive.length > 0) inputs.set(ref, sensitive)
}

/** @internal */
export const inputSecrets = (ref: JobRef): ReadonlyArray<string> | undefined => inputs.get(ref)

// outside of a state, which is the caller's
const reports = new WeakMap<JobState, Said>()

// an envelope may have a message of its own: what counts stands beside the job's state
const fieldsOf = (protocol: JobProtocol, body: unknown, word: string) =>
  isFields(body)
    ? [body, ...protocol.containers.map((name) => body[name])]
        .filter(isFields)
        .find((fields) => protocol.state.some((name) => fields[name] === word))
    : undefined

/**
 * Keeps what the server reports of a job that is over, as its error shows it.
 *
 * @internal
 */
export const keepReport = (call: SentCall, protocol: JobProtocol, state: JobState, word: string): void => {
  const fields = fieldsOf(protocol, state.raw, word) ?? {}
  const reason = protocol.error.map((name) => reasonOf(fields[name])).find((text) => text !== undefined)
  reports.set(state, {
    serverCode: exactTextOf(call, "word", codeIn(state.error)),
    serverReason: reasonShown(call, fields, reason)
  })
}

/**
 * What the server reports of a job that is over, without what this reference's submit sent.
 *
 * @internal
 */
export const reportOf = (state: JobState, ref: JobRef): Said => {
  const said = reports.get(state) ?? { serverCode: codeIn(state.error), serverReason: undefined }
  const sensitive = inputs.get(ref)
  return said.serverReason === undefined || sensitive === undefined
    ? said
    : { ...said, serverReason: shownText("reason", said.serverReason, secretsOf(sensitive)) }
}
