import { Completed } from "../../Job.js"
import { type JobProtocol, resultIn } from "../../JobProtocol.js"

// kept outside of an execution: it stays plain data
const results = new WeakSet<object>()

/**
 * Work that is done, with its result, and not the body of a response that holds the result.
 *
 * @internal
 */
export const completedWith = <A>(result: A): Completed<A> => {
  const execution = Completed(result)
  results.add(execution)
  return execution
}

/** @internal */
export const holdsResult = (execution: Completed): boolean => results.has(execution)

/**
 * The result of work that is done.
 *
 * @internal
 */
export const resultOf = (protocol: JobProtocol, execution: Completed): unknown =>
  holdsResult(execution) ? execution.value : resultIn(protocol, execution.value)
