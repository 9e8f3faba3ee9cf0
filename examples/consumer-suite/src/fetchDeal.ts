import type { Deal } from "./Deal.ts"

/** Fetches a deal without Effect, as a script or a program in another language does. */
export const fetchDeal = async (baseUrl: string, token: string, id: number): Promise<Deal> => {
  const response = await fetch(`${baseUrl}/api/v1/connections/crm/actions/fetch-deal/execute`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-service-token": token },
    body: JSON.stringify({ input: { id } })
  })
  if (!response.ok) throw new Error(`deal ${id}: the CRM answered ${response.status}`)
  const { result }: { readonly result: Deal } = await response.json()
  return result
}
