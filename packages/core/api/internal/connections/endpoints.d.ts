import type {
  AccountFilter,
  ActionBody,
  ActionExecuteOptions,
  ExecuteOptions,
  Subscription
} from "../../ConnectionHandle.js"
import type * as Params from "../../ExecuteParameters.js"
import type * as JobProtocol from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import type { Read } from "../http/bind.js"
import type { NameIn } from "../http/endpoint.js"
import type { Input } from "../http/request.js"
import type { Client } from "./execute.js"

export declare const endpoints: {
  jobs: {
    get: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "jobs.get",
      (ref: JobRef, retry?: "none") => Input,
      Read<JobProtocol.JobState, Client>
    >
  }
  connections: {
    list: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "connections.list",
      typeof listed,
      import("../http/response.js").Decode<readonly import("../../Records.js").Connection[]>
    >
    get: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "connections.get",
      typeof ofSlug,
      import("../http/response.js").Decode<import("../../Records.js").Connection>
    > & {
      readonly isValue: true
    }
    authorize: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "connections.authorize",
      typeof ofSlugWithBody,
      import("../http/response.js").Decode<import("effect/Option").Option<unknown>>
    > & {
      readonly isValue: true
    }
    unauthorize: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "connections.unauthorize",
      typeof ofSlugWithBody,
      import("../http/response.js").Decode<import("effect/Option").Option<unknown>>
    > & {
      readonly isValue: true
    }
    setActive: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "connections.setActive",
      (slug: string, active: boolean) => Input,
      import("../http/response.js").Decode<import("effect/Option").Option<unknown>>
    >
  }
  catalog: {
    list: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "catalog.list",
      () => Input,
      import("../http/response.js").Decode<readonly import("../../Records.js").SavedAction[]>
    >
  }
  actions: {
    list: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "actions.list",
      typeof ofSlug,
      import("../http/response.js").Decode<readonly import("../../Records.js").SavedAction[]>
    > & {
      readonly isValue: true
    }
    get: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "actions.get",
      typeof ofAction,
      import("../http/response.js").Decode<import("../../Records.js").SavedAction>
    >
    inputs: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "actions.inputs",
      typeof ofAction,
      import("../http/response.js").Decode<readonly import("../../Records.js").Field[]>
    >
    outputs: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "actions.outputs",
      typeof ofAction,
      import("../http/response.js").Decode<readonly import("../../Records.js").Field[]>
    >
    execute: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "actions.execute",
      (slug: string, action: string, body?: ActionBody, options?: ActionExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
  }
  http: {
    get: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "http.get",
      (slug: string, parameters?: Params.HttpParameters | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    post: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "http.post",
      (slug: string, parameters?: Params.HttpParameters | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    patch: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "http.patch",
      (slug: string, parameters?: Params.HttpParameters | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    put: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "http.put",
      (slug: string, parameters?: Params.HttpParameters | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    delete: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "http.delete",
      (slug: string, parameters?: Params.HttpParameters | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
  }
  file: {
    read: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "file.read",
      (slug: string, parameters?: Params.FileRead | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    upload: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "file.upload",
      (slug: string, parameters?: Params.FileUpload | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    append: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "file.append",
      (slug: string, parameters?: Params.FileAppend | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    list: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "file.list",
      (slug: string, parameters?: Params.FileList | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    rename: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "file.rename",
      (slug: string, parameters?: Params.FileRename | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    move: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "file.move",
      (slug: string, parameters?: Params.FileMove | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    delete: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "file.delete",
      (slug: string, parameters?: Params.FileDelete | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
  }
  sql: {
    query: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "sql.query",
      (slug: string, parameters?: Params.SqlStatement | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    select: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "sql.select",
      (slug: string, parameters?: Params.SqlSelect | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    insert: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "sql.insert",
      (slug: string, parameters?: Params.SqlInsert | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    update: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "sql.update",
      (slug: string, parameters?: Params.SqlUpdate | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    delete: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "sql.delete",
      (slug: string, parameters?: Params.SqlDelete | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
    execute: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "sql.execute",
      (slug: string, parameters?: Params.SqlStatement | undefined, options?: ExecuteOptions) => Input,
      Read<import("../../Job.js").Execution, Client>
    >
  }
  triggers: {
    list: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "triggers.list",
      (slug: string, filter?: AccountFilter) => Input,
      import("../http/response.js").Decode<import("../../Records.js").TriggerList>
    >
    get: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "triggers.get",
      (slug: string, trigger: string, filter?: AccountFilter) => Input,
      import("../http/response.js").Decode<import("../../Records.js").TriggerDetail>
    >
    subscribe: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "triggers.subscribe",
      (slug: string, trigger: string, subscription: Subscription) => Input,
      import("../http/response.js").Decode<import("../../Records.js").Subscribed>
    >
  }
  subscribers: {
    remove: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "subscribers.remove",
      (id: string | number | bigint) => Input,
      import("../http/response.js").Decode<import("../../Records.js").Unsubscribed>
    >
  }
}
export type Name = NameIn<typeof endpoints>
