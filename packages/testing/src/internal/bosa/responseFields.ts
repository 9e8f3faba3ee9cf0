import type { Json, JsonObject } from "../../Executor.js"
import { isArray, isObject } from "../fakeServer/json.js"

type Tree = Map<string, Tree>

const treeOf = (paths: ReadonlyArray<string>): Tree => {
  const tree: Tree = new Map()
  for (const path of paths) {
    let node = tree
    for (const name of path.split(".")) {
      const next = node.get(name) ?? new Map()
      node.set(name, next)
      node = next
    }
  }
  return tree
}

const pick = (value: Json, tree: Tree): Json => {
  if (tree.size === 0) return value
  if (isArray(value)) return value.map((item) => pick(item, tree))
  if (!isObject(value)) return value
  const picked: Record<string, Json> = {}
  for (const [name, below] of tree) {
    const field = Object.hasOwn(value, name) ? value[name] : undefined
    if (field !== undefined) picked[name] = pick(field, below)
  }
  return picked
}

/** Only the requested fields; a dot leads into an object, a list stands for its items. @internal */
export const responseFields = (value: Json, input: JsonObject): Json => {
  const requested = input["response_fields"]
  if (!isArray(requested)) return value
  return pick(value, treeOf(requested.filter((path) => typeof path === "string")))
}
