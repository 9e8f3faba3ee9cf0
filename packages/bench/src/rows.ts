/** Every row, in the order of `npm run bench`. */
import type { Row } from "./row.js"
import { calls } from "./rows/calls.js"
import { fetch } from "./rows/fetch.js"
import { files } from "./rows/files.js"
import { habits } from "./rows/habits.js"
import { heap } from "./rows/heap.js"
import { imports } from "./rows/imports.js"
import { pages } from "./rows/pages.js"
import { python } from "./rows/python.js"
import { recording } from "./rows/recording.js"
import { size } from "./rows/size.js"
import { start } from "./rows/start.js"
import { telemetry } from "./rows/telemetry.js"
import { tracker } from "./rows/tracker.js"
import { types } from "./rows/types.js"
import { validation } from "./rows/validation.js"
import { virtual } from "./rows/virtual.js"

export const rows: ReadonlyArray<Row> = [
  calls,
  python,
  fetch,
  telemetry,
  habits,
  validation,
  heap,
  tracker,
  pages,
  files,
  recording,
  virtual,
  size,
  imports,
  start,
  types
]
