/**
 * The platform that the examples talk to: `CONNECTIONS_BASE_URL`, authorized by `CONNECTIONS_SERVICE_TOKEN`, or by
 * `CONNECTIONS_COOKIE` with `CONNECTIONS_CSRF_TOKEN`.
 */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as Layer from "effect/Layer"

export const layer = ConnectionsApi.layerConfig().pipe(
  Layer.provide(Auth.layerConfig()),
  Layer.provide(NodeConnectors.layer)
)
