import type { Spread } from '../layers/spread.ts';

/** Classes of rows to an octave of their mean magnitude. */
const perOctave = 2;
/** Codes are counted by themselves up to this; the few beyond it as one. */
const mostCode = 2 ** 20;

/**
 * What the codes of numbers take, in bits each, as a function of the step; rows whose codes are about as large have statistics
 * of their own, as a coder that learns would give them. Looks at no more than `most` numbers, spread evenly.
 */
export function entropyOf(values: Float32Array, { along, steps }: Spread, most = Infinity): (step: number) => number {
  const count = Math.min(values.length, most);
  const stride = values.length / Math.max(1, count);
  const numbers = new Float32Array(count);
  const rows = new Int32Array(count);
  const each = values.length / steps.length;
  for (let place = 0; place < count; place++) {
    const jitter = (place * 0.618033988749895) % 1;
    const at = Math.floor((place + jitter * (1 - 1 / stride)) * stride);
    const row = along === 'tensor' ? 0 : along === 'columns' ? at % steps.length : Math.floor(at / each);
    numbers[place] = (values[at] ?? 0) / (steps[row] ?? 1);
    rows[place] = row;
  }
  const classes = classesOf(numbers, rows, steps.length);
  return (step) => {
    let bits = 0;
    for (const members of classes) bits += entropy(members, step) * members.length;
    return bits / Math.max(1, count);
  };
}

function classesOf(numbers: Float32Array, rows: Int32Array, rowCount: number): readonly Float32Array[] {
  if (rowCount === 1) return [numbers];
  const sums = new Float64Array(rowCount);
  const counts = new Float64Array(rowCount);
  numbers.forEach((value, place) => {
    const row = rows[place] ?? 0;
    sums[row] = (sums[row] ?? 0) + Math.abs(value);
    counts[row] = (counts[row] ?? 0) + 1;
  });
  const classOf = (row: number): number =>
    Math.round(perOctave * Math.log2(Math.max(1e-30, (sums[row] ?? 0) / (counts[row] ?? 1))));
  const byClass = new Map<number, number[]>();
  numbers.forEach((value, place) => {
    const key = classOf(rows[place] ?? 0);
    const members = byClass.get(key);
    if (members) members.push(value);
    else byClass.set(key, [value]);
  });
  return [...byClass.values()].map((members) => Float32Array.from(members));
}

function entropy(values: Float32Array, step: number): number {
  const counts = new Map<number, number>();
  for (const value of values) {
    const code = Math.max(-mostCode, Math.min(mostCode, Math.round(value / step)));
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / values.length) * Math.log2(count / values.length);
  return bits;
}
