/** Part of every secret, and of nothing else: text that contains it leaks one. */
export const canary = "CANARY"
