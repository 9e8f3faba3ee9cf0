interface Waiting {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

// one listener for all calls that share a signal: Node warns of a signal that has more than ten
const waitingFor = new WeakMap<AbortSignal, Waiting>()

const open = (signal: AbortSignal): Waiting => {
  const callbacks = new Set<() => void>()
  const waiting = {
    callbacks,
    listener: (): void => {
      for (const callback of callbacks) callback()
    }
  }
  waitingFor.set(signal, waiting)
  signal.addEventListener("abort", waiting.listener)
  return waiting
}

const add = (signal: AbortSignal, callback: () => void): (() => void) => {
  const { callbacks, listener } = waitingFor.get(signal) ?? open(signal)
  callbacks.add(callback)
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return
    signal.removeEventListener("abort", listener)
    waitingFor.delete(signal)
  }
}

/**
 * Calls back when one of the signals aborts. Gives what ends that.
 *
 * @internal
 */
export const listen = (signals: ReadonlyArray<AbortSignal>, onAbort: (signal: AbortSignal) => void): (() => void) => {
  const ends = signals.map((signal) => add(signal, () => onAbort(signal)))
  return () => {
    for (const end of ends) end()
  }
}
