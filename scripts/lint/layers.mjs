// Oxlint plugin: which folder of a package's sources may import which. docs/architecture.md draws the same arrows.
import { dirname, join } from "node:path/posix"

// what Effect 4 moves or takes away: only `runtime` leans on it, and `Transport`, whose FiberRef is public
const effectInternals =
  /^effect\/(DefaultServices|Fiber(Id|Ref|Refs)|Runtime|RuntimeFlags|Schedule(Decision|Intervals)|Utils)$/
const platform = /^@effect\/platform(\/|$)/
// values and types without a running program
const plain = /^effect\/(Duration|Equal|Function|Option|Order|Predicate|Record|Redacted)$/

/**
 * For each package the layers of its sources: a folder of `internal` with the public modules that belong to it, and
 * the other layers it may import. `pure` files do not know the effect system, `platform` ones may use HttpClient.
 */
const packages = {
  core: {
    data: { modules: ["InvalidRequest"], imports: [], pure: true },
    runtime: { imports: ["data"], internals: true },
    http: {
      modules: ["ApiError", "ApiResponse", "Auth", "Call", "ConnectorFile", "Retry", "Transport"],
      imports: ["data", "runtime"],
      platform: true
    },
    jsonSchema: { imports: ["data"], pure: true },
    jobs: {
      modules: ["Job", "JobError", "JobProtocol", "JobRef", "JobTracker", "Jobs"],
      imports: ["data", "runtime", "http"]
    },
    ledger: { modules: ["Ledger", "LedgerError", "LedgerJournal"], imports: ["data", "runtime", "http", "jobs"] },
    connections: {
      modules: ["ConnectionHandle", "ConnectionsApi", "Records"],
      imports: ["data", "runtime", "http", "jobs"]
    },
    bosa: { modules: "others", imports: ["data", "runtime", "http", "jobs", "jsonSchema"] }
  }
}

const sourceFile = /(?:^|\/)packages\/([^/]+)\/src\/(.+)\.ts$/

/** The layer of a file by its path below `src`, without its ending. */
const layerOf = (layers, path) => {
  const folder = /^internal\/([^/]+)\//.exec(path)?.[1]
  if (folder !== undefined) return folder in layers ? folder : undefined
  const named = Object.keys(layers).find((name) => layers[name].modules?.includes(path))
  return named ?? Object.keys(layers).find((name) => layers[name].modules === "others")
}

const isFacade = (path) => !path.startsWith("internal/")

const refusalOf = (layers, path, specifier) => {
  const own = layerOf(layers, path)
  if (own === undefined || path === "index") return undefined
  const { imports, internals, platform: usesPlatform, pure } = layers[own]
  if (specifier.startsWith(".")) {
    const other = layerOf(layers, join(dirname(path), specifier).replace(/\.js$/, ""))
    return other === undefined || other === own || imports.includes(other) || isFacade(path)
      ? undefined
      : `"${own}" does not import "${other}". It may import: ${imports.join(", ") || "nothing"}.`
  }
  if (effectInternals.test(specifier) && internals !== true && path !== "Transport")
    return "Only internal/runtime uses the insides of Effect."
  if (isFacade(path)) return undefined
  if (platform.test(specifier) && usesPlatform !== true)
    return "Only internal/http and public modules use the platform."
  return pure === true && /^@?effect\//.test(specifier) && !plain.test(specifier)
    ? `"${own}" is pure: it uses nothing of a running program.`
    : undefined
}

const imports = {
  create(context) {
    const [, name, path] = sourceFile.exec(context.filename.replaceAll("\\", "/")) ?? []
    const layers = packages[name]
    if (layers === undefined) return {}
    const check = (node) => {
      if (node.source === null || node.source === undefined) return
      const message = refusalOf(layers, path, node.source.value)
      if (message !== undefined) context.report({ node, message })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  }
}

export default { meta: { name: "layers" }, rules: { imports } }
