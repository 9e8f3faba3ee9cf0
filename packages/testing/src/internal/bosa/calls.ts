import * as Effect from "effect/Effect"
import type { Execution, RecordedRequest } from "../../BosaModel.js"
import type { Calls } from "../../Calls.js"
import { makeCalls } from "../fakeServer/callLog.js"
import type { Log } from "./log.js"
import type { OperationName } from "./routes.js"

/** The calls of the BOSA / GL Connectors platform. @internal */
export const callsIn = (log: Log, unused: () => ReadonlyArray<string>): Calls<OperationName> =>
  makeCalls<OperationName, RecordedRequest, Execution>({
    requests: Effect.sync(() => log.requests),
    executionLog: Effect.sync(() => log.executions),
    dropped: Effect.sync(() => log.dropped),
    unused: Effect.sync(unused),
    subjectOf: ({ action, body, connector, dropped }) => ({
      target: connector,
      work: action,
      input: body,
      ...(dropped !== undefined && { dropped })
    }),
    executed: ({ action, at, connector, dropped, input }) => ({
      at,
      target: connector,
      work: action,
      input,
      ...(dropped !== undefined && { dropped })
    })
  })
