import * as Redacted from "effect/Redacted"

/** The credentials that the worlds of these tests accept. */
export const serviceToken = Redacted.make("a-service-token-of-the-tests")
export const apiKey = Redacted.make("an-api-key-of-the-tests")
