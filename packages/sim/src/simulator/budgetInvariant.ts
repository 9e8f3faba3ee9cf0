import { attemptsOf, type CallView, type Exchange, type View } from "./view.js"

const size = 500
const cost = 5
const costAfterTimeout = 10

// renewals of credentials cost nothing
const paidRetries = (attempts: ReadonlyArray<Exchange>): number =>
  attempts.slice(0, -1).filter(({ reply }) => reply !== "refused credentials").length

const hasSucceeded = (attempts: ReadonlyArray<Exchange>, by = Infinity): boolean =>
  attempts.some(({ endAt, reply }) => reply === "success" && endAt <= by)

/** Retries cost tokens: under failure there are few of them, and successful calls refill the budget. */
export const bucketBreaks = (view: View): ReadonlyArray<string> => {
  const byPlatform = new Map<string, Array<{ readonly call: CallView; readonly attempts: ReadonlyArray<Exchange> }>>()
  for (const call of view.calls.values()) {
    for (const attempts of attemptsOf(call)) {
      const key = `${call.client} ${attempts[0]?.sent.platform}`
      const list = byPlatform.get(key)
      if (list === undefined) byPlatform.set(key, [{ call, attempts }])
      else list.push({ call, attempts })
    }
  }
  return Array.from(byPlatform).flatMap(([key, list]) => {
    const retries = list.reduce((sum, { attempts }) => sum + (hasSucceeded(attempts) ? 0 : paidRetries(attempts)), 0)
    const [client = "", origin] = key.split(" ")
    const own = view.byClient.get(client) ?? []
    const credit = own.filter(({ reply, sent }) => reply === "success" && sent.platform === origin).length
    const breaks = retries * cost > size + credit ? [`${key}: ${retries} retries, more than the budget allows`] : []
    for (const { call } of list) {
      if (call.failed?.exhausted !== true) continue
      // the most that can have been spent by then, shared requests included
      const others = own.filter(({ at, call: id }) => id === 0 && at < call.endAt).length
      const paid = list.reduce(
        (sum, { attempts }) =>
          hasSucceeded(attempts, call.endAt)
            ? sum
            : sum + Math.min(attempts.filter(({ at }) => at < call.endAt).length, attempts.length) * costAfterTimeout,
        others * costAfterTimeout
      )
      if (paid <= size - costAfterTimeout)
        breaks.push(`call ${call.id} found the budget empty, and ${paid} at most was spent`)
    }
    return breaks
  })
}
