// Oxlint plugin: which files may read the wall clock. Somebody may set it at any time, so whatever is counted in a process
// (a deadline, a wait, a budget, a time to live) counts on the monotonic time of the Clock, as its sleeps do.

/** For each package the files by their path below `src`, and what they read it for. */
const readers = {
  core: {
    "internal/http/failure": "a Retry-After date of a server that does not say its own time",
    "internal/connections/endpoints": "the same on a poll",
    "internal/connections/execute": "when a job was submitted, and its deadline, in its reference",
    "internal/jobs/watchPlan": "the deadline that a reference carries, once, when its job is watched on",
    "internal/ledger/ledger": "when something was done, in the ledger",
    "internal/http/refreshing": "what is left of the life of credentials, once, when they are received",
    "internal/webhooks/receiver": "how far the time that a sender signed is from now",
    "internal/bosa/userAuth": "what is left of a token's life, once, when it is had"
  },
  node: {
    "internal/ledgerLock": "whether a lease may have ended while the machine slept",
    "internal/tokenFile": "tokens that have ended are left out of the file"
  },
  testing: {
    Recorder: "when a recording was made",
    VirtualClock: "it is the wall clock",
    Wire: "when a request was sent",
    "internal/inspector/inspector": "when a request came",
    "internal/virtualClock/virtualTime": "it is the wall clock"
  }
}

const sourceFile = /(?:^|\/)packages\/([^/]+)\/src\/(.+)\.ts$/
const wallTime = new Set(["currentTimeMillis", "unsafeCurrentTimeMillis"])

const reads = {
  create(context) {
    const [, name, path] = sourceFile.exec(context.filename.replaceAll("\\", "/")) ?? []
    if (readers[name] === undefined || path in readers[name]) return {}
    return {
      MemberExpression(node) {
        if (node.computed || !wallTime.has(node.property.name)) return
        context.report({
          node,
          message:
            "The wall clock may be set: count on Clock.currentTimeNanos, or add the file to scripts/lint/wall-clock.mjs."
        })
      }
    }
  }
}

export default { meta: { name: "wall-clock" }, rules: { reads } }
