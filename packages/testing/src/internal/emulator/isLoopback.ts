/** Whether only programs on this machine can reach a host. @internal */
export const isLoopback = (host: string): boolean => {
  if (host === "localhost" || host === "::1") return true
  const numbers = host.split(".")
  return (
    numbers.length === 4 &&
    numbers[0] === "127" &&
    numbers.every((text) => /^\d{1,3}$/.test(text) && Number(text) < 256)
  )
}
