import { plainSegment } from "../http/path.js"
import type { Platform } from "../http/settings.js"

/** @internal */
export const platform: Platform = { name: "bosa", accept: "*/*", prefix: undefined, segment: plainSegment }
