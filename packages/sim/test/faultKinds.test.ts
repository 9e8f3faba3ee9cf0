import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { socketKinds } from "../src/chaos/socketFaults.js"
import { type FaultKind, faultKinds } from "../src/faultKinds.js"
import { simulatorFaults } from "../src/simulator/faults.js"

const all: ReadonlyArray<readonly [string, FaultKind]> = Object.entries(faultKinds)

const kindsAt = (level: "simulator" | "sockets"): ReadonlyArray<string> =>
  all.flatMap(([kind, row]) => (row[level] === true ? [kind] : [])).sort()

const mark = (isThere: boolean | undefined): string => (isThere === true ? "yes" : "")

const lineOf = ([kind, { faults, simulator, sockets, what }]: readonly [string, FaultKind]): string =>
  `| \`${kind}\` | ${what} | ${faults === undefined ? "" : `\`${faults}\``} | ${mark(simulator)} | ${mark(sockets)} |`

// the formatter pads the columns
const unpadded = (text: string): string => text.replace(/ +/g, " ")

describe("fault kinds", () => {
  it("the simulator draws each kind of its level, once", () => {
    assert.deepStrictEqual([...simulatorFaults].sort(), kindsAt("simulator"))
  })

  it("chaos applies each kind of its level", () => {
    assert.deepStrictEqual([...socketKinds].sort(), kindsAt("sockets"))
  })

  it("README.md has the table of kinds by level", () => {
    const text = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const rows = text.split("\n").filter((line) => /^\| `\w+` +\| .* \|.*\|.*\|.*\|$/.test(line))
    assert.deepStrictEqual(rows.map(unpadded), all.map(lineOf).map(unpadded))
  })
})
