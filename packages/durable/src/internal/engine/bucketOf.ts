import { bucketCount } from "../store/jobStore.js"

/**
 * The bucket of a key: FNV-1a over its UTF-16 code units. It is kept in rows, so it never changes.
 *
 * @internal
 */
export const bucketOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % bucketCount
}
