import * as SensitiveName from "@effect-connectors/core/SensitiveName"

/** Which names say that a value is secret. @internal */
export interface SecretNames {
  readonly isHeader: (name: string) => boolean
  readonly isQuery: (name: string) => boolean
  readonly isField: (name: string) => boolean
}

/** Names in addition to the built-in ones. @internal */
export interface ExtraSecretNames {
  readonly headers?: ReadonlyArray<string> | undefined
  readonly query?: ReadonlyArray<string> | undefined
  readonly fields?: ReadonlyArray<string> | undefined
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

/** @internal */
export const secretNames = (more: ExtraSecretNames = {}): SecretNames => {
  const ownHeaders = new Set(more.headers?.map((name) => name.toLowerCase()))
  const ownQuery = new Set(more.query?.map(plain))
  const ownFields = new Set(more.fields?.map(plain))
  return {
    isHeader: (name) => ownHeaders.has(name) || SensitiveName.isHeader(name),
    isQuery: (name) => ownQuery.has(plain(name)) || SensitiveName.isQuery(name),
    isField: (name) => ownFields.has(plain(name)) || SensitiveName.isField(name)
  }
}
