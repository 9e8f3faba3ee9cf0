/**
 * Files that only their owner may read.
 */
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"

const ownerOnly = 0o600
const ofOthers = 0o077
const hasModes = process.platform !== "win32"

/** A link would be followed when the file is read, and replaced when it is written. */
export const noFollow = hasModes ? constants.O_NOFOLLOW : 0

/** Why a file is not to be used, if it is not. */
export const flaw = (found: { readonly mode: number; isFile(): boolean }): string | undefined => {
  if (!found.isFile()) return "NOT_A_FILE"
  return hasModes && (found.mode & ofOthers) !== 0 ? "TOO_OPEN" : undefined
}

/** Writes a text to a file that nobody has, down to the disk. */
export const writeNew = async (path: string, text: string): Promise<void> => {
  const handle = await Fs.open(path, "wx", ownerOnly)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Puts a text in a file's place in one step, down to the disk; what fails leaves `temporary` behind. */
export const replaceWith = async (path: string, temporary: string, text: string): Promise<void> => {
  await writeNew(temporary, text)
  await Fs.rename(temporary, path)
}
