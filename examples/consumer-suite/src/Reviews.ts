import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** A pull request as the connector's action `list_pull_requests` returns it. */
export const PullRequest = Schema.Struct({ number: Schema.Number, title: Schema.String, draft: Schema.Boolean })

export type PullRequest = typeof PullRequest.Type

/** The request to GitHub failed. */
export class ReviewsUnavailable extends Data.TaggedError("ReviewsUnavailable")<{ readonly message: string }> {}

// reading a list has no effect, so it may be repeated after an unknown outcome
const options = { output: Schema.Array(PullRequest), maxAttempts: 5, replayUnsafe: true }

/** Pull requests that wait for a review. */
export class Reviews extends Context.Tag("sales/Reviews")<Reviews, Reviews.Service>() {
  static readonly layer: Layer.Layer<Reviews, never, BosaApi> = Layer.effect(
    Reviews,
    Effect.map(BosaApi, ({ items }) => ({
      waiting: (repo) =>
        items("github", "list_pull_requests", { owner: "sales", repo }, options).pipe(
          Stream.filter(({ draft }) => !draft),
          Stream.mapError(({ message }) => new ReviewsUnavailable({ message }))
        )
    }))
  )
}

export declare namespace Reviews {
  export interface Service {
    /** Those of a repository. A page is read when the stream needs it. */
    readonly waiting: (repo: string) => Stream.Stream<PullRequest, ReviewsUnavailable>
  }
}
