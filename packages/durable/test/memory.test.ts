import { make } from "../src/internal/store/memory.js"
import { laws } from "./support/laws.js"

laws("in memory", make)
