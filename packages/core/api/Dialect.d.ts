export type Dialect = "bosa" | "bosa-0.3" | "gl"
export declare const all: ReadonlyArray<Dialect>
export declare const isDialect: (u: unknown) => u is Dialect
