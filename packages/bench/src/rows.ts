/** Every row, in the order of `npm run bench`. */
import type { Row } from "./row.js"
import { calls } from "./rows/calls.js"
import { fetch } from "./rows/fetch.js"
import { habits } from "./rows/habits.js"
import { heap } from "./rows/heap.js"
import { python } from "./rows/python.js"
import { start } from "./rows/start.js"
import { telemetry } from "./rows/telemetry.js"
import { types } from "./rows/types.js"
import { virtual } from "./rows/virtual.js"

export const rows: ReadonlyArray<Row> = [calls, python, fetch, telemetry, habits, heap, virtual, start, types]
