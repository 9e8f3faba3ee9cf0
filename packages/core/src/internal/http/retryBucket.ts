/**
 * Bounds how much retries add to the load of an origin that fails: each retry
 * takes from the bucket, calls that succeed give back.
 *
 * @internal
 */
export interface Bucket {
  readonly take: (timedOut: boolean) => number | undefined
  readonly succeeded: (paid: number) => void
}

const size = 500
const cost = 5
const costAfterTimeout = 10
const firstTrySuccess = 1

/** @internal */
export const make = (): Bucket => {
  let tokens = size
  return {
    take: (timedOut) => {
      const price = timedOut ? costAfterTimeout : cost
      if (tokens < price) return undefined
      tokens -= price
      return price
    },
    succeeded: (paid) => {
      tokens = Math.min(size, tokens + (paid === 0 ? firstTrySuccess : paid))
    }
  }
}
