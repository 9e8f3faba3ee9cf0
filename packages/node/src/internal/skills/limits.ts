/** The most files and folders an archive may list. */
export const maxEntries = 10_000

/** The most bytes a skill may have on disk. */
export const maxBytes = 256 * 1024 * 1024

const maxRatio = 200
const ratioFrom = 1024 * 1024

/** How many bytes an archive of so many bytes may unpack to: small ones may be of any ratio. */
export const allowance = (archiveBytes: number): number =>
  Math.min(maxBytes, Math.max(ratioFrom, archiveBytes * maxRatio))
