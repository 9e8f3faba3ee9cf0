/**
 * What the parser of a command line needs. Loaded when one is parsed: `--help` is not.
 */
import type * as CliApp from "@effect/cli/CliApp"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Layer from "effect/Layer"

export const layer: Layer.Layer<CliApp.CliApp.Environment> = Layer.mergeAll(
  NodeFileSystem.layer,
  NodePath.layer,
  NodeTerminal.layer
)
