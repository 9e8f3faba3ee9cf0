import { noSecrets, type Secrets } from "./secretValues.js"
import { oneLine, printable, visible } from "./visibleText.js"

/** @internal */
export type Kind = "word" | "name" | "reason" | "link"

/** @internal */
export const limits: Readonly<Record<Kind, number>> = { word: 64, name: 200, reason: 500, link: 4096 }

const more = "..."

const cut = (text: string, limit: number, isWhole: boolean): string => {
  if (isWhole && text.length <= limit) return text
  const kept = text.slice(0, limit - more.length)
  return (/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept) + more
}

// what does not print may stand inside a secret
const hide = (text: string, secrets: Secrets): string => {
  const hidden = secrets.hide(text)
  const printed = printable(hidden)
  return printed === hidden || secrets.hide(printed) === printed ? hidden : secrets.hide(printed)
}

/**
 * A text of a server as it may be shown: see `ServerText.show`. The one place that does it.
 *
 * @internal
 */
export const shownText = (kind: Kind, text: string, secrets: Secrets = noSecrets): string => {
  const limit = limits[kind]
  const write = kind === "reason" ? oneLine : visible
  // megabytes are not searched; a secret that is cut at the end of what is would not be found, so that end is dropped
  const window = limit * 4 + secrets.longest
  const isWhole = text.length <= window
  const hidden = secrets.hide(write(hide(isWhole ? text : text.slice(0, window), secrets)))
  return cut(isWhole ? hidden : hidden.slice(0, Math.max(0, hidden.length - secrets.longest)), limit, isWhole)
}

/**
 * An id or a code, which is of use only as it came: `undefined` when it would have to be changed to be shown.
 *
 * @internal
 */
export const exactText = (kind: Kind, text: string | undefined, secrets: Secrets = noSecrets): string | undefined =>
  text !== undefined && shownText(kind, text, secrets) === text ? text : undefined

/**
 * A name in a message.
 *
 * @internal
 */
export const quoted = (name: string): string => `"${shownText("name", name)}"`
