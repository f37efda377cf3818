import { evenPrices, next, pricesOf, referenceTrellis, roomOf, type Prices } from './kernel.ts';
import { longestRun, type Run } from './runs.ts';

/** The code of a line, in half steps, in a state; no whole number where that state has no such line. */
export function codeOfLine(line: number, state: number): number {
  return (state & 1) === 0 ? line / 2 : (line + Math.sign(line)) / 2;
}

/**
 * Fills `codes` of a run with those of numbers that are lines of the trellis already, to the last bit, and `parities` with those of
 * their states; false where one is no such line.
 */
export function codesOn(
  values: Float32Array,
  { start, count, pitch }: Run,
  stepOf: (at: number) => number,
  codes: Int32Array,
  parities?: Uint8Array,
): boolean {
  let state = 0;
  for (let at = start, end = start + count * pitch; at < end; at += pitch) {
    const [value = 0, half] = [values[at], stepOf(at) / 2];
    const line = half > 0 ? Math.round(value / half) : 0;
    const code = codeOfLine(line, state);
    if (!Number.isInteger(code) || Math.fround(line * half) !== value) return false;
    codes[at] = code;
    if (parities) parities[at] = state & 1;
    state = next[2 * state + (code & 1)] ?? 0;
  }
  return true;
}

/** Numbers of a sample that prices are learned from, and how often: each time the ways are those of the prices before. */
const learnedFrom = 16_384;
const rounds = 3;

/** Prices for a sample of numbers and a step: of the codes that they get by the prices before. */
export function learnPrices(sample: Float32Array, step: number, weight: number): Prices {
  let prices = evenPrices;
  const count = Math.min(sample.length, learnedFrom);
  if (!(step > 0)) return prices;
  const wanted = sample.subarray(0, count).map((value) => (value * 2) / step);
  const [codes, parities, lines] = [new Int32Array(count), new Uint8Array(count), new Int32Array(longestRun)];
  const room = new Uint8Array(new SharedArrayBuffer(roomOf(longestRun)));
  for (let round = 0; round < rounds; round++) {
    for (let start = 0; start < count; start += longestRun) {
      const run = wanted.subarray(start, start + longestRun);
      const given = { wanted: run, count: run.length, prices, weight: round === 0 ? 0 : weight };
      referenceTrellis.ways({ ...given, isFree: false, lines, room });
      let state = 0;
      for (let place = 0; place < run.length; place++) {
        const code = codeOfLine(lines[place] ?? 0, state);
        codes[start + place] = code;
        parities[start + place] = state & 1;
        state = next[2 * state + (code & 1)] ?? 0;
      }
    }
    prices = pricesOf(codes, parities);
  }
  return prices;
}
