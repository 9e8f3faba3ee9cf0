import type { Kind } from "./internal/data/serverText.js"

export type { Kind }
export declare const limits: Readonly<Record<Kind, number>>
export declare const show: (kind: Kind, text: string, secrets?: ReadonlyArray<string>) => string
