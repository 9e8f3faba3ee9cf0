/** Keeps a core busy, until its parent goes. */
const turn = (): void => {
  const until = performance.now() + 50
  while (performance.now() < until);
  setImmediate(turn)
}
process.once("disconnect", () => process.exit(0))
turn()
