/**
 * The digests by which a server describes a skill.
 */
import { createHash } from "node:crypto"

/** A file of a skill, its path within the skill by its parts. */
export interface SkillFile {
  readonly name: string
  readonly segments: ReadonlyArray<string>
  readonly content: Uint8Array
  /** What a reader that goes by the archive's marks alone takes for the name, where that is another. */
  readonly markedName?: string
}

/** SHA-256 of bytes, in hexadecimal. */
export const bytesDigest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/**
 * The digest of a tree, in hexadecimal: SHA-256 over each file's name, a zero byte and the SHA-256 of its content, in
 * the order of the names' UTF-8 bytes. It does not depend on how the archive was made.
 */
const treeDigest = (files: ReadonlyArray<Pick<SkillFile, "name" | "content">>): string => {
  const named = files.map((file) => ({ name: Buffer.from(file.name, "utf8"), content: file.content }))
  const tree = createHash("sha256")
  for (const { content, name } of named.sort((a, b) => Buffer.compare(a.name, b.name))) {
    tree.update(name).update(Uint8Array.of(0)).update(createHash("sha256").update(content).digest())
  }
  return tree.digest("hex")
}

/**
 * The digests a tree can have: many tools write names in UTF-8 and do not mark them so, and who described the archive
 * may have read those by the letter of the format. The first is that of the names as they are written to disk.
 */
export const treeDigests = (files: ReadonlyArray<SkillFile>): ReadonlyArray<string> =>
  files.some((file) => file.markedName !== undefined)
    ? [
        treeDigest(files),
        treeDigest(files.map((file) => ({ name: file.markedName ?? file.name, content: file.content })))
      ]
    : [treeDigest(files)]
