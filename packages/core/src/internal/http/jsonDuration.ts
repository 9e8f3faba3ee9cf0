import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

// the seconds of a Duration may be over 2^53
const Count = Schema.NonNegative.pipe(Schema.filter(Number.isInteger))

// how a Duration with parts of a millisecond writes itself in JSON
const Written = Schema.transform(
  Schema.Struct({ _tag: Schema.Literal("Nanos"), hrtime: Schema.Tuple(Count, Count) }),
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: ({ hrtime: [seconds, nanos] }) => Duration.nanos(BigInt(seconds) * 1_000_000_000n + BigInt(nanos)),
    encode: (duration) => {
      const [seconds, nanos] = Duration.toHrTime(duration)
      return { _tag: "Nanos" as const, hrtime: [seconds, nanos] as const }
    }
  }
)

/**
 * A duration as plain JSON. It also reads what `JSON.stringify` makes of a duration, so that an error that was written as
 * it is can be read back.
 *
 * @internal
 */
export const JsonDuration = Schema.Union(Schema.Duration, Written)
