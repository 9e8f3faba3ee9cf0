export interface ConnectorTypes {}
export interface ConnectionTypes {}
export type Name<Known> = (keyof Known & string) | (string & {})
export type ActionsOf<Types, Of extends string> = [Of] extends [keyof Types] ? Types[Of] : {}
export type InputOf<Actions, Action extends string, Otherwise> = [Action] extends [keyof Actions]
  ? Actions[Action]
  : Otherwise
export type InputIn<Types, Of extends string, Action extends string, Otherwise> = [Of] extends [keyof Types]
  ? InputOf<Types[Of], Action, Otherwise>
  : Otherwise
