import * as Redacted from "effect/Redacted"

/** What the worlds of these tests let in. */
export const serviceToken = Redacted.make("a-service-token-of-the-tests")
export const apiKey = Redacted.make("an-api-key-of-the-tests")
