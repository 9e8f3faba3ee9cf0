import * as FastCheck from "effect/FastCheck"

const space = FastCheck.stringOf(FastCheck.constantFrom(" ", "\n", "\r", "\t"), { maxLength: 2 })

const number = FastCheck.oneof(
  FastCheck.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  FastCheck.integer().map(String),
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  FastCheck.constantFrom(
    "-0",
    "0",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740993",
    "1E5",
    "1e+300",
    "2.50"
  )
)

const quoted = FastCheck.oneof(
  FastCheck.fullUnicodeString().map((text) => JSON.stringify(text)),
  FastCheck.constantFrom(
    '"12345678901234567890"',
    '"1e400"',
    '"a\\"12345678901234567890"',
    '"\\\\"',
    '"\\u0031\\u002f\\n"',
    '"__proto__"',
    '"\\u005f_proto__"',
    '"\\ud800"',
    '"constructor"'
  )
)

/** Texts of JSON in every form that JSON allows: white space, escapes, names that come twice. */
export const { json } = FastCheck.letrec<{ readonly json: string }>((tie) => ({
  json: FastCheck.tuple(
    space,
    FastCheck.oneof(
      { maxDepth: 4 },
      FastCheck.oneof(number, quoted, FastCheck.constantFrom("true", "false", "null", "[]", "{ }", "[ ]")),
      FastCheck.array(tie("json"), { maxLength: 4 }).map((items) => `[${items.join()}]`),
      FastCheck.array(FastCheck.tuple(space, quoted, space, tie("json")), { maxLength: 4 }).map(
        (fields) => `{${fields.map(([before, name, after, value]) => `${before}${name}${after}:${value}`).join()}}`
      )
    ),
    space
  ).map((parts) => parts.join(""))
}))
