// Imports a module as this project resolves it.
export const load = (name) => import(name)
