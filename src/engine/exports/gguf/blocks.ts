import { encodeFloats } from '../../tensor/floats.ts';

/** How ggml stores a row: blocks of so many elements in so many bytes. Layouts: spec.md. */
export interface BlockForm {
  readonly id: string;
  /** The number in the file. */
  readonly type: number;
  readonly elements: number;
  readonly bytes: number;
  /** Writes the block of these values at `at`. */
  encode(values: Float32Array, target: Uint8Array, at: number): void;
}

const half = (value: number): number => Math.f16round(value);

const halfValue = new Float16Array(1);
const halfBytes = new Uint8Array(halfValue.buffer);

function putHalf(target: Uint8Array, at: number, value: number): void {
  halfValue[0] = value;
  target.set(halfBytes, at);
}

/** Of the sub-block that is being fitted. */
const weights = new Float64Array(32);
const products = new Float64Array(32);

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const largestOf = (values: Float32Array): number => values.reduce((all, value) => Math.max(all, Math.abs(value)), 0);

/** The value whose size is largest, with its sign. */
function extremeOf(values: Float32Array): number {
  return values.reduce((all, value) => (Math.abs(value) > Math.abs(all) ? value : all), 0);
}

const q80: BlockForm = {
  ...{ id: 'Q8_0', type: 8, elements: 32, bytes: 34 },
  encode(values, target, at) {
    const scale = half(largestOf(values) / 127);
    putHalf(target, at, scale);
    values.forEach((value, index) => {
      target[at + 2 + index] = scale === 0 ? 0 : clamp(Math.round(value / scale), -127, 127);
    });
  },
};

const q40: BlockForm = {
  ...{ id: 'Q4_0', type: 2, elements: 32, bytes: 18 },
  encode(values, target, at) {
    const scale = half(extremeOf(values) / -8);
    putHalf(target, at, scale);
    const code = (index: number): number =>
      scale === 0 ? 8 : clamp(Math.floor((values[index] ?? 0) / scale + 8.5), 0, 15);
    for (let index = 0; index < 16; index++) target[at + 2 + index] = code(index) | (code(index + 16) << 4);
  },
};

/** Scale and lowest value (at most 0) of a sub-block of Q4_K: weighted least squares over 22 ranges. */
function fitWithMinimum(values: Float32Array): { readonly scale: number; readonly minimum: number } {
  let [low, high, squares] = [0, -Infinity, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
    squares += value * value;
  }
  if (high <= low) return { scale: 0, minimum: -low };
  const rms = Math.sqrt(squares / values.length);
  let [all, sum, weighted] = [0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    const weight = rms + Math.abs(value);
    weights[index] = weight;
    products[index] = weight * value;
    all += weight;
    sum += weight * value;
    weighted += weight * value * value;
  }
  let best = { scale: (high - low) / 15, minimum: -low };
  let bestError = Infinity;
  for (let trial = -1; trial <= 20; trial++) {
    const inverse = (trial < 0 ? 15 : 14 + 0.1 * trial) / (high - low);
    let [codes, codeSquares, crossed] = [0, 0, 0];
    for (let index = 0; index < values.length; index++) {
      // What is rounded is 0 at least, so cutting after adding a half rounds.
      const code = Math.min(15, (inverse * ((values[index] ?? 0) - low) + 0.5) | 0);
      const share = (weights[index] ?? 0) * code;
      codes += share;
      codeSquares += share * code;
      crossed += (products[index] ?? 0) * code;
    }
    const determinant = all * codeSquares - codes * codes;
    if (!(determinant > 0)) continue;
    let scale = (all * crossed - sum * codes) / determinant;
    let minimum = (codeSquares * sum - codes * crossed) / determinant;
    if (minimum > 0) [scale, minimum] = [crossed / codeSquares, 0];
    // Σ weight · (scale · code + minimum − value)², from the sums alone.
    const error =
      scale * (scale * codeSquares + 2 * minimum * codes - 2 * crossed) +
      minimum * (minimum * all - 2 * sum) +
      weighted;
    if (error < bestError) [best, bestError] = [{ scale, minimum: -minimum }, error];
  }
  return best;
}

const q4k: BlockForm = {
  ...{ id: 'Q4_K', type: 12, elements: 256, bytes: 144 },
  encode(values, target, at) {
    const parts = Array.from({ length: 8 }, (_, part) => fitWithMinimum(values.subarray(32 * part, 32 * part + 32)));
    const scale = half(Math.max(...parts.map((part) => part.scale)) / 63);
    const minimum = half(Math.max(...parts.map((part) => part.minimum)) / 63);
    const scales = parts.map((part) => (scale > 0 ? clamp(Math.round(part.scale / scale), 0, 63) : 0));
    const minima = parts.map((part) => (minimum > 0 ? clamp(Math.round(part.minimum / minimum), 0, 63) : 0));
    putHalf(target, at, scale);
    putHalf(target, at + 2, minimum);
    for (let part = 0; part < 4; part++) {
      const [scaleHigh = 0, minimumHigh = 0] = [scales[part + 4], minima[part + 4]];
      target[at + 4 + part] = (scales[part] ?? 0) | ((scaleHigh >> 4) << 6);
      target[at + 8 + part] = (minima[part] ?? 0) | ((minimumHigh >> 4) << 6);
      target[at + 12 + part] = (scaleHigh & 15) | ((minimumHigh & 15) << 4);
    }
    const code = (index: number): number => {
      const part = index >> 5;
      const step = scale * (scales[part] ?? 0);
      return step > 0 ? clamp(Math.round(((values[index] ?? 0) + minimum * (minima[part] ?? 0)) / step), 0, 15) : 0;
    };
    for (let group = 0; group < 4; group++)
      for (let index = 0; index < 32; index++)
        target[at + 16 + 32 * group + index] = code(64 * group + index) | (code(64 * group + 32 + index) << 4);
  },
};

/** The scale of a sub-block of Q6_K: weighted least squares over 19 ranges, errors weighted by squares of values. */
function fitSigned(values: Float32Array): number {
  const extreme = extremeOf(values);
  if (extreme === 0) return 0;
  let [best, bestGain] = [extreme / -32, 0];
  for (let trial = -9; trial <= 9; trial++) {
    const inverse = -(32 + 0.1 * trial) / extreme;
    let [products, squares] = [0, 0];
    for (const value of values) {
      const code = clamp(Math.round(inverse * value), -32, 31);
      products += value * value * value * code;
      squares += value * value * code * code;
    }
    if (squares > 0 && products * products > bestGain * squares)
      [best, bestGain] = [products / squares, (products * products) / squares];
  }
  return best;
}

const q6k: BlockForm = {
  ...{ id: 'Q6_K', type: 14, elements: 256, bytes: 210 },
  encode(values, target, at) {
    const parts = Array.from({ length: 16 }, (_, part) => fitSigned(values.subarray(16 * part, 16 * part + 16)));
    const scale = half(extremeOf(Float32Array.from(parts)) / -128);
    const scales = parts.map((part) => (scale === 0 ? 0 : clamp(Math.round(part / scale), -128, 127)));
    const code = (index: number): number => {
      const step = scale * (scales[index >> 4] ?? 0);
      return step === 0 ? 32 : clamp(Math.round((values[index] ?? 0) / step), -32, 31) + 32;
    };
    for (let side = 0; side < 2; side++)
      for (let index = 0; index < 32; index++) {
        const codes = [0, 32, 64, 96].map((step) => code(128 * side + index + step)) as [
          number,
          number,
          number,
          number,
        ];
        target[at + 64 * side + index] = (codes[0] & 15) | ((codes[2] & 15) << 4);
        target[at + 64 * side + 32 + index] = (codes[1] & 15) | ((codes[3] & 15) << 4);
        target[at + 128 + 32 * side + index] =
          (codes[0] >> 4) | ((codes[1] >> 4) << 2) | ((codes[2] >> 4) << 4) | ((codes[3] >> 4) << 6);
      }
    scales.forEach((each, part) => (target[at + 192 + part] = each));
    putHalf(target, at + 208, scale);
  },
};

const f16: BlockForm = {
  ...{ id: 'F16', type: 1, elements: 1, bytes: 2 },
  encode: (values, target, at) => void encodeFloats('F16', values, target.subarray(at, at + 2 * values.length)),
};

const f32: BlockForm = {
  ...{ id: 'F32', type: 0, elements: 1, bytes: 4 },
  encode: (values, target, at) => void encodeFloats('F32', values, target.subarray(at, at + 4 * values.length)),
};

export const blockForms = { F32: f32, F16: f16, Q8_0: q80, Q4_0: q40, Q4_K: q4k, Q6_K: q6k } as const;

/** Whole blocks of `form` from values, a multiple of its elements. */
export function encodeBlocks(form: BlockForm, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array((values.length / form.elements) * form.bytes);
  if (form.elements === 1) form.encode(values, bytes, 0);
  else
    for (let block = 0; block * form.elements < values.length; block++)
      form.encode(values.subarray(block * form.elements, (block + 1) * form.elements), bytes, block * form.bytes);
  return bytes;
}
