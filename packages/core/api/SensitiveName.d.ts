export declare const isField: (name: string) => boolean
export declare const isFieldLike: (name: string) => boolean
export declare const isHeader: (name: string) => boolean
export declare const isQuery: (name: string) => boolean
