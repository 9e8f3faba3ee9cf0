/** A bug that is planted as text into the built library. Each text must be there exactly once. */
export interface Mutant {
  readonly name: string
  readonly edits: ReadonlyArray<{ readonly file: string; readonly find: string; readonly put: string }>
}

const mutant = (name: string, ...edits: ReadonlyArray<readonly [file: string, find: string, put: string]>): Mutant => ({
  name,
  edits: edits.map(([file, find, put]) => ({ file, find, put }))
})

export const mutants: ReadonlyArray<Mutant> = [
  mutant("a POST is replayed after 503", [
    "internal/http/retry.js",
    '(retry !== "unsafe" && transient.has(response.status))',
    "transient.has(response.status)"
  ]),
  mutant("redirects are followed", [
    "internal/http/exchange.js",
    "return timed(client.execute(request), limits, reading)",
    "return timed(HttpClient.followRedirects(client).execute(request), limits, reading)"
  ]),
  mutant("Retry-After has no cap", ["internal/http/retry.js", "hinted > maxRetryAfterMillis", "false"]),
  mutant("Retry-After is not read", [
    "internal/http/failure.js",
    "retryAfterMillis(received.headers, call.clock.unsafeCurrentTimeMillis())",
    "undefined"
  ]),
  mutant("what was sent counts as not sent", [
    "internal/http/retry.js",
    '(!evidence.sent || retry !== "unsafe")',
    "true"
  ]),
  mutant("what was not sent counts as sent", [
    "internal/http/outcome.js",
    'notSent: { sending: "clear",',
    'notSent: { sending: "doubtful",'
  ]),
  mutant("a lost attempt is forgotten", [
    "internal/http/failure.js",
    "const { outcome } = call;",
    'const { outcome } = call; if (evidence.sent) call.outcome = "clear";'
  ]),
  mutant("a 200 that cannot be read is forgotten", [
    "internal/http/outcome.js",
    'unreadable: { sending: "doubtful",',
    'unreadable: { sending: "clear",'
  ]),
  mutant(
    "what is refused for good is tried again",
    ["internal/http/failure.js", "isNotSent: !evidence.sent && !evidence.permanent", "isNotSent: !evidence.sent"],
    ["internal/http/retry.js", "!evidence.permanent && (!evidence.sent", "(!evidence.sent"]
  ),
  mutant("an unknown state is a success", ["JobProtocol.js", '?? "unknown";', '?? "succeeded";']),
  mutant("slugs are not encoded", [
    "internal/http/path.js",
    "plain.test(value) ? value : encodeURIComponent(value)",
    "value"
  ]),
  mutant("a job is polled after its end", [
    "internal/jobs/tracker/engine.js",
    "return this.endAll([entry], (watcher) => endOf(state, watcher.ref));",
    "this.endAll([entry], (watcher) => endOf(state, watcher.ref)); this.fork(Effect.delay(this.poll(entry.ref), 500), false); return;"
  ]),
  mutant("an end is not kept for late watchers", [
    "internal/jobs/tracker/engine.js",
    "this.recent.add(entry.ref.jobId, state, now);",
    ""
  ]),
  mutant("a late watcher does not get the end", [
    "internal/jobs/tracker/engine.js",
    "return this.callbacks.ended(watcher, endOf(state, watcher.ref));",
    "return;"
  ]),
  mutant("an unsubscribed watch goes on polling", [
    "internal/jobs/tracker/watchedJobs.js",
    "interrupt(fiber);",
    "void fiber;"
  ]),
  mutant(
    "the deadline is for each attempt",
    [
      "internal/http/call.js",
      "deadlineAt: deadlineMillis === Infinity ? Infinity : monotonicMillis(clock) + deadlineMillis,",
      "deadlineAt: Infinity, each: deadlineMillis,"
    ],
    [
      "internal/http/send.js",
      "const { body, limits } = call.request;",
      "const { body } = call.request; const limits = { ...call.request.limits, timeoutMillis: Math.min(call.request.limits.timeoutMillis, call.each) };"
    ],
    [
      "internal/http/call.js",
      "timeLimit(done, { millis: deadlineMillis, onLate: () => Effect.fail(lateError(call, deadlineMillis)) })",
      "done"
    ]
  ),
  mutant("the retry budget is never refilled", [
    "internal/http/retryBucket.js",
    "tokens = Math.min(size, tokens + (paid === 0 ? firstTrySuccess : paid));",
    ""
  ]),
  mutant("the retry budget is never spent", ["internal/http/retryBucket.js", "tokens -= price;", ""]),
  mutant("an action is replayed after a 200 that cannot be read", [
    "internal/bosa/retryPolicy.js",
    "return isNotSent || replayUnsafe ? backoff(attempts) : stop;",
    "return backoff(attempts);"
  ]),
  mutant(
    "credentials go to where a skill is stored",
    ["internal/http/authorize.js", 'wanted === "none" || wanted === "bare"', 'wanted === "none"'],
    ["internal/http/request.js", "bare: () => false", "bare: () => true"]
  ),
  mutant("a repeated cursor is followed", [
    "internal/bosa/cycleDetector.js",
    "this.seen.has(cursor) || cursor === this.anchor",
    "false"
  ]),
  mutant("a failure of discovery is kept", [
    "internal/runtime/readCache.js",
    'flights.delete(key);\n            if (exit._tag === "Success")\n                keep(key, exit.value);',
    'if (exit._tag === "Success") { flights.delete(key); keep(key, exit.value); } else flights.set(key, exit);'
  ]),
  mutant("credentials are renewed again and again", ["internal/http/retry.js", "canRenew = false;", ""]),
  mutant("time is that of the wall clock", [
    "internal/runtime/monotonic.js",
    "Number(clock.unsafeCurrentTimeNanos() / 1000000n)",
    "clock.unsafeCurrentTimeMillis()"
  ]),
  mutant("the deadline of a watch is that of the wall clock", [
    "internal/jobs/watchPlan.js",
    "deadlineAt: monotonicMillis(clock) + millis",
    "deadlineAt: clock.unsafeCurrentTimeMillis() + millis"
  ]),
  mutant("the tracker goes by the wall clock", [
    "internal/runtime/timer.js",
    "monotonicMillis(this.clock)",
    "this.clock.unsafeCurrentTimeMillis()"
  ]),
  mutant("more attempts than promised", ["Retry.js", "Schedule.recurs(2)", "Schedule.recurs(5)"]),
  mutant("a verifier's word counts while a late request may be carried out", [
    "internal/ledger/settle.js",
    "if (start >= until)",
    "if (true)"
  ]),
  mutant("what an earlier process sent counts as sent long ago", [
    "internal/ledger/ledger.js",
    "sentAt.get(key) ?? firstUse ?? (yield* monotonicTime)",
    "sentAt.get(key) ?? -Infinity"
  ]),
  mutant("an interruption frees a key", [
    "internal/ledger/sending.js",
    "Cause.isInterrupted(cause) && sending.writes.length > 0 && !mayHaveHappened(sending)",
    "Cause.isInterrupted(cause)"
  ]),
  mutant("a 5xx frees a key", ["internal/ledger/proof.js", '"Forbidden"', '"Forbidden", "ServerFailed"']),
  mutant("a key is submitted again whose job has not failed", [
    "internal/ledger/ledger.js",
    'entry._tag === "Accepted" && entry.failedAt !== undefined;',
    'entry._tag === "Accepted";'
  ])
]
