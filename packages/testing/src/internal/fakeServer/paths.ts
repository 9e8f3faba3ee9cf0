/** Whether a path belongs to the Connections platform; every other one is BOSA's. @internal */
export const isConnections = (path: string): boolean => path === "/api/v1" || path.startsWith("/api/v1/")
