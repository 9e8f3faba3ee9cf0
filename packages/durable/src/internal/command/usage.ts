/**
 * The variable that holds the address of the PostgreSQL.
 *
 * @internal
 */
export const addressVariable = "EFFECT_CONNECTORS_DATABASE_URL"

/** @internal */
export const usage = `usage: connectors-durable list   [--state STATE]... [--connection NAME] [--older-than AGE] [--limit N] [--cursor KEY]
       connectors-durable show   KEY
       connectors-durable settle KEY done --value JSON | accepted --job REFERENCE | not-done | given-up  [--yes]
       connectors-durable prune  --older-than AGE [--dry-run] [--yes]

Looks at the durable jobs that the runners of a database do, and says what became of those of unknown outcome. It sends
nothing to any server.

  --file PATH        the SQLite file, while no other process has it open
  --json             prints JSON: a line for each piece of work

${addressVariable} holds the address of the PostgreSQL, with its password. It is used unless --file is given.

list: work in the order of its keys
  --state STATE      only that of this state; may be repeated: new, intended, accepted, unknown, succeeded, failed,
                     cancelled
  --connection NAME  only that of this connection, or of this connector of BOSA
  --older-than AGE   only that which came to its state longer ago, such as "2 hours"
  --limit N          the most rows; 100 unless given
  --cursor KEY       goes on after this key

settle: says what became of work of unknown outcome. Look at the server before
  done               it was done; --value is what it came to, and null where that is nothing
  accepted           the server made it the job of this --job reference, which is followed from now on
  not-done           it was not done, and cannot be any more: it is sent again. Also for failed work
  given-up           nobody will know: it counts as failed
  --value, --job     JSON, @FILE, or - for stdin
  --yes              does not ask

prune: deletes what is kept of work that ended longer ago; key, digest and state stay
  --older-than AGE   such as "30 days"
  --dry-run          only counts it
  --yes              does not ask

Exit codes: 0 done, 1 a bug, 2 wrong input, 3 refused, 4 no such work, 5 wrong credentials, 7 may have been written,
8 no database or the file is in use, 130 interrupted or not confirmed.`

/** @internal */
export const isHelp = (args: ReadonlyArray<string>): boolean => {
  const end = args.indexOf("--")
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h")
}
