import { actions } from "./actions.js"
import { catalog } from "./catalog.js"
import type { Operation } from "./operation.js"
import { users } from "./users.js"

/** The vectors' operations as calls of this library. */
export const operations: Readonly<Record<string, Operation>> = { ...actions, ...users, ...catalog }
