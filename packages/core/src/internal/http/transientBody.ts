import type * as HttpBody from "@effect/platform/HttpBody"
import type * as Stream from "effect/Stream"
import { TransientBodyTypeId } from "../../Transport.js"

/**
 * A body that offers its content in pieces that share memory as well.
 *
 * @internal
 */
export const withTransient = (
  body: HttpBody.HttpBody,
  transient: Stream.Stream<Uint8Array, unknown> | undefined
): HttpBody.HttpBody => (transient === undefined ? body : Object.assign(body, { [TransientBodyTypeId]: transient }))
