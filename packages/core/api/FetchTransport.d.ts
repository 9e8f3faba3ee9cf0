import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"

export declare const layer: Layer.Layer<HttpClient.HttpClient>
