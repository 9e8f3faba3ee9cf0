import { PCGRandom } from "effect/Utils"

/** Random numbers of a seed: the same seed gives the same numbers. */
export class SeededRandom {
  private readonly source: PCGRandom

  constructor(seed: number) {
    this.source = new PCGRandom(seed >>> 0)
    // the first numbers of neighboring seeds are alike
    for (let i = 0; i < 4; i++) this.source.number()
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    return this.source.number() % 1
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  seed(): number {
    return this.between(0, 2 ** 31 - 1)
  }

  pick<A>(list: readonly [A, ...ReadonlyArray<A>]): A {
    return list[this.between(0, list.length - 1)] ?? list[0]
  }

  /** One of the names, each as likely as its weight says; `undefined` when all weigh nothing. */
  weighted<A extends string>(weights: ReadonlyArray<readonly [A, number]>): A | undefined {
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
    let left = this.next() * total
    for (const [name, weight] of weights) {
      left -= weight
      if (weight > 0 && left < 0) return name
    }
    return undefined
  }
}
