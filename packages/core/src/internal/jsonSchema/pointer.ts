import { isFields } from "../data/fields.js"

const maxSteps = 64

const decode = (step: string): string | undefined => {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")
  } catch {
    return undefined
  }
}

/**
 * The value that a local reference such as `#/$defs/Page` points to. Only own fields are followed.
 *
 * @internal
 */
export const resolveReference = (root: unknown, ref: string): { readonly value: unknown } | undefined => {
  if (ref === "#") return { value: root }
  if (!ref.startsWith("#/")) return undefined
  const steps = ref.slice(2).split("/")
  if (steps.length > maxSteps) return undefined
  let value: unknown = root
  for (const encoded of steps) {
    const step = decode(encoded)
    if (step === undefined) return undefined
    if (Array.isArray(value) && /^\d{1,6}$/.test(step)) value = value[Number(step)]
    else if (isFields(value) && Object.hasOwn(value, step)) value = value[step]
    else return undefined
  }
  return value === undefined ? undefined : { value }
}
