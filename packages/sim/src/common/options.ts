/** The value of an option that takes a whole number. Ends the program with 2 when it is not one. */
export const wholeOption = (name: string, text: string, least = 0): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  console.error(`--${name} takes a whole number from ${least} on, not ${text}`)
  process.exit(2)
}
