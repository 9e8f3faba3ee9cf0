import type { NameIn } from "../http/endpoint.js"
import type * as endpoints from "./endpoints.js"

export declare const groupsOf: ({ catalog, connectors, integrations, skills, users }: Table) => {
  common: {
    action: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "actions.execute",
      undefined,
      undefined
    >
    createClient: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "clients.create",
      (name: string, header: string, key: string, url: string) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Clients.js").CreatedClient>
    >
  }
  connectors: {
    list: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "connectors.list",
      () => import("../http/request.js").Input,
      import("../http/response.js").Decode<readonly string[]>
    >
    actions: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "connectors.actions",
      (connector: string) => import("../http/request.js").Input,
      undefined
    >
  }
  users: {
    create: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "users.create",
      (identifier: string, { issues }: endpoints.Extra) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Users.js").CreatedUser>
    >
    authenticate: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "users.authenticate",
      (identifier: string, secret: string) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Users.js").UserToken>
    >
    me: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "users.me",
      (token?: import("../../Action.js").Token) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Users.js").UserInfo>
    >
  }
  integrations: {
    has: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "integrations.has",
      (connector: string, token?: import("../../Action.js").Token) => import("../http/request.js").Input,
      import("../http/response.js").Decode<boolean>
    >
    initiate: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "integrations.initiate",
      (
        connector: string,
        token: import("../../Action.js").Token | undefined,
        callbackUrl: string,
        { fields, issues }: endpoints.Extra
      ) => import("../http/request.js").Input,
      import("../http/response.js").Decode<string>
    >
  } & Partial<{
    configure: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "integrations.configure",
      (
        connector: string,
        token: import("../../Action.js").Token | undefined,
        configuration: unknown,
        { fields, issues }: endpoints.Extra
      ) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Integrations.js").IntegrationResult>
    >
    select: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").WriteError,
      "integrations.select",
      (
        connector: string,
        token: import("../../Action.js").Token | undefined,
        account: string
      ) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Integrations.js").IntegrationResult>
    >
    get: import("../http/endpoint.js").Endpoint<
      import("../../ApiError.js").ReadError,
      "integrations.get",
      (
        connector: string,
        token: import("../../Action.js").Token | undefined,
        account: string
      ) => import("../http/request.js").Input,
      import("../http/response.js").Decode<import("../../Integrations.js").Integration>
    >
  }> & {
      readonly remove: Remove
    }
  catalog:
    | {
        tools: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "catalog.tools",
          (filter?: import("../../Catalog.js").ToolFilter) => import("../http/request.js").Input,
          import("../http/response.js").Decode<
            import("../../Catalog.js").CatalogPage<import("../../Catalog.js").CatalogTool>
          >
        >
        mcps: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "catalog.mcps",
          (filter?: import("../../Catalog.js").McpFilter) => import("../http/request.js").Input,
          import("../http/response.js").Decode<
            import("../../Catalog.js").CatalogPage<import("../../Catalog.js").CatalogMcp>
          >
        >
        skills: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "catalog.skills",
          (filter?: import("../../Catalog.js").SkillFilter) => import("../http/request.js").Input,
          import("../http/response.js").Decode<
            import("../../Catalog.js").CatalogPage<import("../../Catalog.js").CatalogSkill>
          >
        >
        search: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "catalog.search",
          (
            text: string,
            options?: import("../../Catalog.js").SearchOptions,
            token?: import("../../Action.js").Token
          ) => import("../http/request.js").Input,
          typeof import("./records.js").found
        >
      }
    | undefined
  skills:
    | {
        list: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "skills.list",
          (
            range?: import("../../Catalog.js").Range,
            token?: import("../../Action.js").Token
          ) => import("../http/request.js").Input,
          import("../http/response.js").Decode<import("../../Catalog.js").CatalogPage<import("../../Skills.js").Skill>>
        >
        get: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "skills.get",
          (id: string, token?: import("../../Action.js").Token) => import("../http/request.js").Input,
          import("../http/response.js").Decode<import("../../Skills.js").SkillDetail>
        >
        artifact: import("../http/endpoint.js").Endpoint<
          import("../../ApiError.js").ReadError,
          "skills.artifact",
          (target: import("../http/request.js").Target) => import("../http/request.js").Input,
          import("../http/response.js").Decode<Uint8Array<ArrayBufferLike>>
        >
      }
    | undefined
}
export type Name = NameIn<ReturnType<typeof groupsOf>>
