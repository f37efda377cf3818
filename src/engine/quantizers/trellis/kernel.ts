/** States of the trellis; in even ones a code is that of the first set of lines, in odd ones that of the second. */
export const states = 8;

/** The state behind a state and the lowest bit of a code: Ungerboeck's eight states, by two for each state. */
export const next = Uint8Array.of(0, 2, 7, 5, 1, 3, 6, 4, 2, 0, 5, 7, 3, 1, 4, 6);

/** The line of a code, in half steps: even ones in even states; odd ones, and 0, in odd states. */
export function lineOf(code: number, state: number): number {
  return (state & 1) === 0 ? 2 * code : 2 * code - Math.sign(code);
}

/** The code of the second set whose line is the last one up to a number, in half steps. */
function belowOdd(wanted: number): number {
  if (wanted >= 1) return Math.floor((wanted + 1) / 2);
  return wanted < -1 ? Math.floor((wanted - 1) / 2) : Math.floor(wanted);
}

/** What codes take, in bits: of each set of lines, for the codes from −{@link pricedCodes} to that; those beyond as the last. */
export type Prices = readonly [Float32Array, Float32Array];
export const pricedCodes = 31;

/** All codes alike. */
export const evenPrices: Prices = [new Float32Array(2 * pricedCodes + 1), new Float32Array(2 * pricedCodes + 1)];

/** Prices of codes by how often they occur in each set. */
export function pricesOf(codes: Int32Array, parities: Uint8Array): Prices {
  const counts = [0, 1].map(() => new Float64Array(2 * pricedCodes + 1).fill(0.5)) as [Float64Array, Float64Array];
  codes.forEach((code, at) => {
    const of = counts[parities[at] === 1 ? 1 : 0];
    const place = placeOf(code);
    of[place] = (of[place] ?? 0) + 1;
  });
  const pricesFor = (of: Float64Array): Float32Array => {
    const total = of.reduce((sum, count) => sum + count, 0);
    return Float32Array.from(of, (count) => Math.log2(total / count));
  };
  return [pricesFor(counts[0]), pricesFor(counts[1])];
}

function placeOf(code: number): number {
  return Math.min(Math.max(code, -pricedCodes), pricedCodes) + pricedCodes;
}

/** Room for a run of the trellis, used again. */
export class Trellis {
  #origins = new Uint8Array(0);
  #codes = new Int32Array(0);

  /**
   * The codes of `values[start..end)` for lines half a step apart: of all ways through the trellis from state 0 the one with the
   * least sum of squared errors, in half steps, and `weight` × prices. Each number takes one of the two lines around it of the set
   * that its state asks for, so none moves by more than a step. `perHalf` tells the inverse of half the step of a place. Notes
   * which set each code is of.
   */
  run(
    values: Float32Array,
    start: number,
    end: number,
    perHalf: (place: number) => number,
    prices: Prices,
    weight: number,
    codes: Int32Array,
    parities: Uint8Array,
  ): void {
    const count = end - start;
    if (this.#codes.length < 4 * count) {
      this.#origins = new Uint8Array(states * count);
      this.#codes = new Int32Array(4 * count);
    }
    const [origins, choices] = [this.#origins, this.#codes];
    let costs = new Float64Array(states).fill(Infinity);
    let following = new Float64Array(states);
    costs[0] = 0;
    const own = new Float64Array(4);
    for (let at = 0; at < count; at++) {
      const wanted = (values[start + at] ?? 0) * perHalf(start + at);
      // Of the two lines around the number one has an even code and one an odd one, in either set.
      for (let set = 0; set < 2; set++) {
        const below = set === 0 ? Math.floor(wanted / 2) : belowOdd(wanted);
        for (let one = 0; one < 2; one++) {
          const code = below + one;
          const place = 2 * set + (code & 1);
          const away = wanted - lineOf(code, set);
          choices[4 * at + place] = code;
          own[place] = away * away + weight * (prices[set === 1 ? 1 : 0][placeOf(code)] ?? 0);
        }
      }
      following.fill(Infinity);
      for (let state = 0; state < states; state++) {
        const before = costs[state] ?? Infinity;
        if (before === Infinity) continue;
        for (let bit = 0; bit < 2; bit++) {
          const to = next[2 * state + bit] ?? 0;
          const cost = before + (own[2 * (state & 1) + bit] ?? 0);
          if (cost < (following[to] ?? 0)) {
            following[to] = cost;
            origins[states * at + to] = 2 * state + bit;
          }
        }
      }
      [costs, following] = [following, costs];
    }
    let state = 0;
    for (let other = 1; other < states; other++) if ((costs[other] ?? 0) < (costs[state] ?? 0)) state = other;
    for (let at = count - 1; at >= 0; at--) {
      const origin = origins[states * at + state] ?? 0;
      state = origin >> 1;
      codes[start + at] = choices[4 * at + 2 * (state & 1) + (origin & 1)] ?? 0;
      parities[start + at] = state & 1;
    }
  }
}
