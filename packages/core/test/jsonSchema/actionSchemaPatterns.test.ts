import { assert, describe, it } from "@effect/vitest"
import { actionOf, validated, issuePaths } from "../support/actionKit.js"

const strict = { strict: true }
const withPattern = (pattern: string) => actionOf({ x: { type: "string", pattern } })

/** Patterns of other languages with a meaning that JavaScript has too. */
const translated: ReadonlyArray<
  readonly [pattern: string, fits: ReadonlyArray<string>, misses: ReadonlyArray<string>]
> = [
  ["^[a-z]+\\Z", ["abc"], ["abcZ", "abc1", "a c"]],
  ["\\A[a-z]+\\z", ["abc"], ["Aabcz", "abc1", "a\nbc"]],
  ["\\A\\d{3}\\Z", ["123"], ["1234", "A123Z"]],
  ["^[[:alpha:]]+$", ["abcXYZ"], ["a1", ":", "[a]", "al]"]],
  ["^[[:alpha:][:digit:]_]+$", ["a1_"], ["a-1", "a:"]],
  ["^[^[:space:]]+$", ["a]b"], ["a b", "a\tb"]],
  ["^[_-[:alnum:]]+$", ["a_-1"], [".", "["]],
  ["^[[:digit:]-.]+$", ["1-2.3"], ["/", "a"]],
  ["^[[:xdigit:]]{2}$", ["fF"], ["fg"]],
  ["^[[:punct:]]$", ["!", "/", "]", "~", "\\", "^"], ["a", "1"]],
  ["^(?P<year>\\d{4})-(?P<month>\\d\\d)$", ["2026-11"], ["P<year>2026-11"]],
  ["(?i)^abc$", ["ABC", "abc"], ["abcd"]],
  ["(?si)^a.b$", ["A\nB"], ["A\n\nB"]],
  ["^\\x{41}+$", ["AAA"], ["x".repeat(41)]],
  ["^\\U0001F600$", ["\u{1F600}"], ["U0001F600"]],
  ["^\\pL+$", ["\u00e9t\u00e9"], ["1"]],
  ["^\\e\\a$", ["\u001b\u0007"], ["ea"]],
  ["^[]a]+$", ["]a"], ["b"]],
  ["^[^]a]+$", ["b"], ["a", "]"]]
]

/** Patterns that only look foreign. */
const own: typeof translated = [
  ["^[\\w-.]+@[\\w-]+$", ["a-b.c@d"], ["a b@c"]],
  ["^\\d+\\-\\d+$", ["1-2"], ["1+2"]],
  ["^[[]a$", ["[a"], ["a"]],
  ["^[:alpha:]+$", ["alpha:"], ["b"]],
  ["^{a}$", ["{a}"], ["a"]],
  ["^\\p{Lu}+$", ["AB"], ["ab"]],
  ["^\\u0041\\x42\\cA$", ["AB\u0001"], ["u0041"]],
  ["^(?<n>a)$", ["a"], ["b"]],
  ["^\\[\\]\\(\\\\$", ["[](\\"], ["[]("]]
]

const unchecked: ReadonlyArray<readonly [pattern: string, reason: RegExp, value: string]> = [
  ["^\\h+$", /uses \\h/, "x"],
  ["^\\Qa.b\\E$", /uses \\Q/, "a.b"],
  ["\\Ga", /uses \\G/, "a"],
  ["^a\\R$", /uses \\R/, "a\n"],
  ["^\\X$", /uses \\X/, "e"],
  ["^\\N{DIGIT ONE}$", /uses \\N/, "1"],
  ["^\\u41$", /uses \\u/, "A"],
  ["[\\Z]", /uses \\Z/, "a"],
  ["^[[.hyphen.]]$", /uses \[\.hyphen\.\]/, "-"],
  ["^[[=a=]]$", /uses \[=a=\]/, "a"],
  ["^[[:^alpha:]]$", /uses \[:\^alpha:\]/, "1"],
  ["^[[:nothing:]]$", /uses \[:nothing:\]/, "1"],
  ["^[a-z&&[^aeiou]]+$", /intersection/, "b"],
  ["^[a-z&&b-y]+$", /intersection/, "b"],
  ["^[a-z--[aeiou]]+$", /class in a class/, "b"],
  ["^[a[bc]]$", /class in a class/, "b"],
  ["(?x)^ a $", /uses \(\?x\)/, "a"],
  ["(?m)^a$", /uses \(\?m\)/, "b\na"],
  ["^\\p{IsLatin}+$", /does not compile/, "abc"],
  ["^a++$", /does not compile/, "aa"],
  ["^(?>a)b$", /does not compile/, "ab"],
  ["^(?P<a>x)(?P=a)$", /does not compile/, "xx"],
  ["a\\", /backslash|compile/, "a"]
]

describe("a pattern of another language", () => {
  for (const [pattern, fits, misses] of [...translated, ...own]) {
    it(`${pattern} means what it says there`, () => {
      const action = withPattern(pattern)
      assert.deepStrictEqual(action.unchecked, [])
      for (const value of fits) assert.deepStrictEqual(validated(action, { x: value }, strict).values, { x: value })
      for (const value of misses) {
        assert.deepStrictEqual(issuePaths(action, { x: value }, strict), ["x"], JSON.stringify(value))
      }
    })
  }

  for (const [pattern, reason, value] of unchecked) {
    it(`${pattern} is listed in unchecked, and refuses nothing`, () => {
      const action = withPattern(pattern)
      assert.deepStrictEqual(
        action.unchecked.map(({ name }) => name),
        ["x"]
      )
      assert.match(action.unchecked[0]?.reason ?? "", reason)
      validated(action, { x: value }, strict)
      validated(action, { x: "something else" }, strict)
    })
  }

  it("for names of fields is read the same way", () => {
    const names = (pattern: string) =>
      actionOf({
        x: { type: "object", patternProperties: { [pattern]: { type: "integer" } }, additionalProperties: false }
      })
    assert.deepStrictEqual(validated(names("^[[:lower:]]+\\Z"), { x: { ab: 1 } }, strict).values, { x: { ab: 1 } })
    assert.deepStrictEqual(issuePaths(names("^[[:lower:]]+\\Z"), { x: { abZ: 1 } }, strict), ["x.abZ"])
    const odd = names("^\\h$")
    assert.match(odd.unchecked[0]?.reason ?? "", /a pattern of its names uses \\h/)
    validated(odd, { x: { any: 1 } }, strict)
  })
})
