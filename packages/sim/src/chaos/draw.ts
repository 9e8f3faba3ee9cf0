import { createHash } from "node:crypto"

/** Numbers from 0 up to 1 that depend only on a cell's name, its seed and their purpose. */
export type Draw = (what: string) => number

export const drawOf =
  (cell: string, seed: number): Draw =>
  (what) =>
    createHash("sha256").update(`${cell}#${seed}#${what}`).digest().readUInt32BE(0) / 2 ** 32

/** A whole number from `low` to `high`, both included. */
export const between = (draw: Draw, what: string, low: number, high: number): number =>
  low + Math.floor(draw(what) * (high - low + 1))
