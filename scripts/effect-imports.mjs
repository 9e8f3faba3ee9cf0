// Prints what core imports of Effect and its platform, and how many files a move to Effect 4 would touch outside of
// internal/runtime and the public modules (packages/core/src/*.ts), which move with it by their nature.
//
// Counted as touched is a file that imports one of these, as a value or as a type:
//   effect/Either                                             is Result in Effect 4
//   effect/FiberRef, FiberRefs, FiberId, Runtime, RuntimeFlags, DefaultServices     are gone; some became References
//   effect/ScheduleDecision, ScheduleIntervals                are gone with Schedule.step
//   effect/Context, where the file uses Tag or GenericTag     services are declared in another way
//   effect/ParseResult                                        is SchemaIssue and SchemaParser
//   effect/Utils, where the file uses PCGRandom               is gone
//   @effect/platform/*                                        is part of effect, under unstable names
//
// usage: node scripts/effect-imports.mjs [--files]            --files prints the files with their imports as well
import { parse, sources } from "./lib/sources.mjs"

const goal = 25
const moved = new Set(
  "Either FiberRef FiberRefs FiberId Runtime RuntimeFlags DefaultServices ScheduleDecision ScheduleIntervals ParseResult"
    .split(" ")
    .map((name) => `effect/${name}`)
)
const movedNames = new Map([
  ["effect/Context", /\bContext\.(Tag|GenericTag)\b/],
  ["effect/Utils", /\bPCGRandom\b/]
])
const isMoved = (module, text) =>
  moved.has(module) || module.startsWith("@effect/platform") || movedNames.get(module)?.test(text) === true

const folder = "packages/core/src"
const counts = new Map()
const touched = []
let files = 0
for (const path of sources("packages/core")) {
  const { program, text } = parse(path)
  const modules = new Set(
    program.body
      .filter((node) => node.type.startsWith("Import") || node.type.startsWith("Export"))
      .flatMap((node) => (node.source?.value === undefined ? [] : [node.source.value]))
      .filter((module) => /^(effect|@effect)\//.test(module))
  )
  files++
  for (const module of modules) counts.set(module, (counts.get(module) ?? 0) + 1)
  const own = [...modules].filter((module) => isMoved(module, text))
  const inside = path.slice(folder.length + 1)
  if (own.length > 0) touched.push({ path: inside, place: placeOf(inside), modules: own })
}

function placeOf(path) {
  if (!path.includes("/")) return "public modules"
  return path.startsWith("internal/runtime/") ? "internal/runtime" : "elsewhere"
}

const rows = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
for (const [module, count] of rows) console.log(`${String(count).padStart(4)}  ${module}`)
console.log(`\n${files} files in ${folder}; ${touched.length} import what Effect 4 moves or removes:`)
for (const place of ["internal/runtime", "public modules", "elsewhere"]) {
  const own = touched.filter((file) => file.place === place)
  console.log(`${String(own.length).padStart(4)}  ${place}${place === "elsewhere" ? ` (at most ${goal})` : ""}`)
  if (!process.argv.includes("--files")) continue
  for (const { modules, path } of own) console.log(`        ${path}: ${modules.join(", ")}`)
}
if (touched.filter(({ place }) => place === "elsewhere").length > goal) process.exit(1)
