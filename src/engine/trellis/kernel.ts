/** States of the trellis; in even ones a code is that of the first set of lines, in odd ones that of the second. */
export const states = 8;

/** The state behind a state and the lowest bit of a code: Ungerboeck's eight states, by two for each state. */
export const next = Uint8Array.of(0, 2, 7, 5, 1, 3, 6, 4, 2, 0, 5, 7, 3, 1, 4, 6);

/** The line of a code, in half steps: even ones in even states; odd ones, and 0, in odd states. */
export function lineOf(code: number, state: number): number {
  return (state & 1) === 0 ? 2 * code : 2 * code - Math.sign(code);
}

/** What codes take, in bits, from −{@link pricedCodes} to that, those beyond as the last: first of even states, then of odd ones. */
export type Prices = Float32Array;
export const pricedCodes = 31;
const pricesOfSet = 2 * pricedCodes + 1;

/** All codes alike. */
export const evenPrices: Prices = new Float32Array(2 * pricesOfSet);

/** Prices of codes by how often they occur in each set; `parities` are those of their states. */
export function pricesOf(codes: Int32Array, parities: Uint8Array): Prices {
  const counts = new Float64Array(2 * pricesOfSet).fill(0.5);
  codes.forEach((code, at) => {
    const place = placeOf(code, parities[at] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  });
  const totals = [0, 1].map((set) =>
    counts.subarray(set * pricesOfSet, (set + 1) * pricesOfSet).reduce((sum, count) => sum + count, 0),
  );
  return Float32Array.from(counts, (count, at) => Math.log2((totals[Math.floor(at / pricesOfSet)] ?? 1) / count));
}

function placeOf(code: number, set: number): number {
  return Math.min(Math.max(code, -pricedCodes), pricedCodes) + pricedCodes + set * pricesOfSet;
}

/** The loops of the trellis. */
export interface TrellisKernel {
  /**
   * Fills `lines` with those, in half steps, that `wanted` numbers (in half steps as well) go to: of all ways through the trellis
   * from state 0 the one with the least sum of squared distances and `weight` × prices. Each number takes one of the two lines
   * around it of the set that its state asks for or, with `isFree`, one nearer to 0.
   */
  ways(task: WaysTask): void;
}

export interface WaysTask {
  readonly wanted: Float32Array;
  readonly count: number;
  readonly prices: Prices;
  readonly weight: number;
  readonly isFree: boolean;
  readonly lines: Int32Array;
  /** {@link roomOf} bytes to work in. */
  readonly room: Uint8Array;
}

/** Bytes that a run of so many numbers needs: of each number four codes, and for which states the second way is shorter. */
export function roomOf(count: number): number {
  return 17 * count;
}

interface Origins {
  readonly from: readonly number[];
  readonly bits: readonly number[];
}

/** The two states that each is reached from, and by which lowest bit of a code. */
const origins: readonly [Origins, Origins] = [
  { from: [0, 2, 0, 2, 3, 1, 3, 1], bits: [0, 0, 1, 1, 1, 1, 0, 0] },
  { from: [4, 6, 4, 6, 7, 5, 7, 5], bits: [1, 1, 0, 0, 0, 0, 1, 1] },
];

/** The loops as TypeScript: what the compiled ones are compared with. */
export const referenceTrellis: TrellisKernel = {
  ways({ wanted, count, prices, weight, isFree, lines, room }) {
    const words = new Int32Array(room.buffer, room.byteOffset, 4 * count);
    const marks = room.subarray(16 * count);
    let costs = new Float32Array(states).fill(Infinity);
    let following = new Float32Array(states);
    costs[0] = 0;
    const own = new Float32Array(4);
    const share = Math.fround(weight);
    const costOf = (x: number, code: number, set: number): number => {
      const away = Math.fround(x - lineOf(code, set));
      return Math.fround(Math.fround(away * away) + Math.fround(share * (prices[placeOf(code, set)] ?? 0)));
    };
    for (let at = 0; at < count; at++) {
      const x = wanted[at] ?? 0;
      // Of the two lines around the number one has an even code and one an odd one, in either set.
      for (let set = 0; set < 2; set++) {
        const below = set === 0 ? Math.floor(x / 2) : belowOdd(x);
        for (let one = 0; one < 2; one++) {
          let code = below + one;
          const place = 2 * set + (code & 1);
          let cost = costOf(x, code, set);
          if (isFree && Math.abs(code) >= 2) {
            const inner = code - 2 * Math.sign(code);
            const less = costOf(x, inner, set);
            if (less < cost) [code, cost] = [inner, less];
          }
          words[4 * at + place] = code;
          own[place] = cost;
        }
      }
      let mark = 0;
      const reach = ({ from, bits }: Origins, to: number): number => {
        const before = from[to] ?? 0;
        return Math.fround((costs[before] ?? 0) + (own[2 * (before & 1) + (bits[to] ?? 0)] ?? 0));
      };
      for (let to = 0; to < states; to++) {
        const [cost, other] = [reach(origins[0], to), reach(origins[1], to)];
        if (other < cost) mark |= 1 << to;
        following[to] = Math.min(cost, other);
      }
      marks[at] = mark;
      [costs, following] = [following, costs];
    }
    let state = 0;
    for (let other = 1; other < states; other++) if ((costs[other] ?? 0) < (costs[state] ?? 0)) state = other;
    for (let at = count - 1; at >= 0; at--) {
      const { from, bits } = origins[((marks[at] ?? 0) >> state) & 1 ? 1 : 0];
      const bit = bits[state] ?? 0;
      state = from[state] ?? 0;
      lines[at] = lineOf(words[4 * at + 2 * (state & 1) + bit] ?? 0, state);
    }
  },
};

/** The code of the second set whose line is the last one up to a number, in half steps. */
function belowOdd(wanted: number): number {
  if (wanted >= 1) return Math.floor(Math.fround(wanted + 1) / 2);
  return wanted < -1 ? Math.floor(Math.fround(wanted - 1) / 2) : Math.floor(wanted);
}
