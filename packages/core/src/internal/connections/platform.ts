import { segment } from "../http/path.js"
import type { Platform } from "../http/settings.js"

/** @internal */
export const platform: Platform = { name: "connections", accept: "application/json", prefix: "/api/v1", segment }
