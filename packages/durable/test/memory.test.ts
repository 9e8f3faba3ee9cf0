import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { chaos } from "./support/chaos.js"
import { laws } from "./support/laws.js"

laws("in memory", makeMemoryStore)
chaos("in memory", makeMemoryStore, 5)
