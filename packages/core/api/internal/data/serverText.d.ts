export type Kind = "word" | "name" | "reason" | "link"
