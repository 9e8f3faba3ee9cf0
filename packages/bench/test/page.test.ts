import { assert, it } from "@effect/vitest"
import { describe } from "vitest"
import { type MeasuredRow, pageWith } from "../src/page.js"
import { drawPlots } from "../src/plot.js"

const calls: MeasuredRow = {
  node: "v20.20.2",
  load: 1.25,
  rounds: 9,
  calls: 3000,
  groups: [
    {
      title: "CPU of a call",
      unit: "us",
      variants: [
        { name: "raw", value: 80, ratio: 1, spread: [1, 1], server: 25 },
        { name: "ours", value: 128, ratio: 1.6, spread: [1.5, 1.75], server: 26 },
        { name: "a peer", value: NaN, failed: "it is not installed" }
      ]
    }
  ],
  figures: [{ name: "call, x raw", value: 1.6, unit: "x", atMost: 1.5 }]
}

const places =
  "# Page\n\n<!-- goals -->\n\nold\n\n<!-- /goals -->\n\nMine.\n\n<!-- row calls -->\n<!-- /row calls -->\n"

describe("pageWith", () => {
  const { lacks, page } = pageWith(places, { calls })

  it("tables stand between the marks, and the text around them stays", () => {
    assert.include(page, "| ours          | 128                         | 1.60 | 1.50 to 1.75       | 26.0       |")
    assert.include(page, "| a peer        | failed: it is not installed |")
    assert.include(page, "Run with `--rounds 9 --requests 3000` on Node v20.20.2, at a load of 1.3.")
    assert.include(page, "\n\nMine.\n\n")
    assert.notInclude(page, "old")
    assert.deepStrictEqual(lacks, [])
  })

  it("a missed goal has its distance", () => {
    assert.include(page, "| call, x raw | 1.60 x | at most 1.5 | no, 1.07 x |")
  })

  it("a second run changes nothing", () => {
    assert.deepStrictEqual(pageWith(page, { calls }), { page, lacks: [] })
  })

  it("a row without a place is reported, and the others are written", () => {
    const { lacks, page } = pageWith(places, { other: calls, calls })
    assert.deepStrictEqual(lacks, ["row other"])
    assert.include(page, "| ours ")
  })
})

describe("drawPlots", () => {
  const plot = {
    title: "CPU <of> a call",
    x: "calls in flight",
    y: "us",
    lines: [
      { name: "ours & theirs", points: [[256, 20] as const, [1, 10] as const, [16, NaN] as const] },
      { name: "fetch", points: [[1, 40] as const] }
    ]
  }
  const svg = drawPlots([plot, { ...plot, title: "again" }])

  it("names are escaped", () => {
    assert.include(svg, "CPU &lt;of&gt; a call, us</text>")
    assert.include(svg, ">ours &amp; theirs</text>")
  })

  it("each line has its points by size, without those that are not numbers", () => {
    const [first = ""] = /points="[^"]+"/.exec(svg) ?? []
    assert.strictEqual(first.split(" ").length, 2)
    assert.notInclude(svg, "NaN")
    assert.strictEqual(svg.match(/<circle/g)?.length, 6)
  })

  it("panels share one legend", () => {
    assert.strictEqual(svg.match(/>fetch<\/text>/g)?.length, 1)
  })
})
