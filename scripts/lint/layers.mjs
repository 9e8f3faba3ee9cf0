// Oxlint plugin: which folder of a package's sources may import which. docs/architecture.md draws the same arrows.
import { dirname, join } from "node:path/posix"

// what Effect 4 moves or takes away: only `runtime` leans on it, and `Transport`, whose FiberRef is public
const effectInternals =
  /^effect\/(DefaultServices|Fiber(Id|Ref|Refs)|Runtime|RuntimeFlags|Schedule(Decision|Intervals)|Utils)$/
const platform = /^@effect\/platform(\/|$)/
// values and types without a running program
const plain = /^effect\/(Duration|Equal|Function|Option|Order|Predicate|Record|Redacted)$/

/**
 * For each package the layers of its sources: a folder of `internal` with the modules outside of it that belong to it,
 * and the other layers it may import. In core, `pure` files do not know the effect system, `platform` ones may use
 * HttpClient, and `internals` ones the insides of Effect.
 */
const packages = {
  core: {
    data: {
      modules: ["ExactJson", "GeneratedTypes", "InvalidRequest", "OptionNames", "SensitiveName", "ServerText"],
      imports: [],
      pure: true
    },
    runtime: { imports: ["data"], internals: true },
    http: {
      modules: [
        "ApiError",
        "ApiResponse",
        "Auth",
        "Call",
        "ConnectorFile",
        "FetchTransport",
        "Limits",
        "Retry",
        "SharedBudget",
        "Transport"
      ],
      imports: ["data", "runtime"],
      platform: true
    },
    jsonSchema: { imports: ["data"], pure: true },
    jobs: {
      modules: ["Job", "JobError", "JobProtocol", "JobRef", "JobTracker", "Jobs"],
      imports: ["data", "runtime", "http"]
    },
    ledger: { modules: ["Ledger", "LedgerError", "LedgerJournal"], imports: ["data", "runtime", "http", "jobs"] },
    webhooks: {
      modules: ["DeliveryStore", "Webhook", "WebhookSignature"],
      imports: ["data", "runtime"],
      platform: true
    },
    connections: {
      modules: ["ConnectionHandle", "ConnectionsApi", "ExecuteParameters", "Records"],
      imports: ["data", "runtime", "http", "jobs"]
    },
    bosa: { modules: "others", imports: ["data", "runtime", "http", "jobs", "jsonSchema"] }
  },
  // no fake platform imports another one, and the fake server does not know its platforms
  testing: {
    data: { imports: [] },
    schema: { imports: [] },
    parameters: { imports: ["data"] },
    executors: { imports: ["data", "parameters"] },
    virtualClock: { imports: [] },
    faults: { imports: ["data", "schema"] },
    fakeServer: { imports: ["data", "faults"] },
    laws: { imports: ["data", "fakeServer"] },
    platform: { modules: ["internal/platform"], imports: ["data", "fakeServer", "recorder"] },
    connections: { imports: ["data", "schema", "parameters", "fakeServer", "recorder", "platform"] },
    bosa: { imports: ["data", "schema", "fakeServer", "recorder", "platform"] },
    platforms: {
      modules: ["internal/platforms", "internal/worldSchema"],
      imports: ["data", "schema", "fakeServer", "platform", "connections", "bosa"]
    },
    builders: { imports: ["data", "parameters", "fakeServer", "bosa"] },
    recorder: { imports: ["data", "schema", "fakeServer", "connections", "platforms"] },
    emulator: { imports: ["data", "executors", "fakeServer", "platform", "platforms", "inspector"] },
    inspector: { imports: ["data", "faults", "fakeServer", "recorder", "platforms", "emulator"] }
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

const arrowRefusal = (layers, path, own, specifier) => {
  const other = layerOf(layers, join(dirname(path), specifier).replace(/\.js$/, ""))
  const { imports } = layers[own]
  return other === undefined || other === own || imports.includes(other) || isFacade(path)
    ? undefined
    : `"${own}" does not import "${other}". It may import: ${imports.join(", ") || "nothing"}.`
}

const effectRefusal = (layers, path, own, specifier) => {
  const { internals, platform: usesPlatform, pure } = layers[own]
  if (effectInternals.test(specifier) && internals !== true && path !== "Transport")
    return "Only internal/runtime uses the insides of Effect."
  if (isFacade(path)) return undefined
  if (platform.test(specifier) && usesPlatform !== true)
    return "Only internal/http and public modules use the platform."
  return pure === true && /^@?effect\//.test(specifier) && !plain.test(specifier)
    ? `"${own}" is pure: it uses nothing of a running program.`
    : undefined
}

const refusalOf = (name, path, specifier) => {
  const layers = packages[name]
  const own = layerOf(layers, path)
  if (own === undefined || path === "index") return undefined
  if (specifier.startsWith(".")) return arrowRefusal(layers, path, own, specifier)
  return name === "core" ? effectRefusal(layers, path, own, specifier) : undefined
}

const imports = {
  create(context) {
    const [, name, path] = sourceFile.exec(context.filename.replaceAll("\\", "/")) ?? []
    if (packages[name] === undefined) return {}
    const check = (node) => {
      if (node.source === null || node.source === undefined) return
      const message = refusalOf(name, path, node.source.value)
      if (message !== undefined) context.report({ node, message })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  }
}

export default { meta: { name: "layers" }, rules: { imports } }
