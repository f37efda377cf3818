import { squash, stretch } from '../logistic.ts';
import type { Direction } from '../../trellis/runs.ts';
import { probabilitiesOf, shapeOf, type Kind, type Shape } from './shape.ts';

/** Rows longer than this are not told apart by their columns. */
export const longestPeriod = 2 ** 15;

/** Columns that have probabilities of their own; where there are more, neighbours share them. */
const mostColumns = 1024;

/** How symbols are modelled. Part of the format. */
export interface Model {
  /** Symbols from one to the next of the same column; 0: every symbol is modelled alike, whatever is around it. */
  readonly period: number;
  /** What symbols are XORed with so that neighbouring numbers are neighbouring symbols: 0, or 128 for signed bytes. */
  readonly flip: number;
  /** The least symbol after that, and by how many bits means are coarsened when counted from there. */
  readonly low: number;
  readonly shift: number;
  /** Whether symbols are told apart by what is left of them and above them, and not by their row. */
  readonly isNear: boolean;
  /** Whether neighbouring symbols are taken for about as frequent until much else was seen. */
  readonly isSmooth: boolean;
  /** How frequent symbols are taken to be at first; absent: all alike. */
  readonly shape?: Shape | undefined;
  /**
   * Which way a trellis of codes goes over the rows: symbols in even and odd states of it are told apart. Absent: they are no such
   * codes.
   */
  readonly trellis?: Direction | undefined;
}

// Where things lie in a model's memory, from its first byte; `kernel.as.ts` has the same numbers.
export const places = {
  period: 0,
  low: 4,
  shift: 8,
  flip: 12,
  columnShift: 16,
  isNear: 20,
  sets: 24,
  ofParity: 28,
  trellis: 44,
  weights: 64,
  rates: 512,
  squash: 1024,
  stretch: 9216,
  initial: 17408,
  columns: 18432,
} as const;

/** Bytes of one set of 256 adaptive probabilities. */
const setBytes = 1024;
export const scaleClasses = 33;
export const statisticsClasses = 512;
export const nearClasses = 256;

/** What the encoder may choose. */
export interface RangeOptions extends Pick<Model, 'period' | 'isNear' | 'isSmooth' | 'trellis'> {
  /** The numbers that the bytes are, where the shape of their frequencies is to be told. */
  readonly shaped?: Kind | undefined;
}

/** Of symbols that are all modelled alike. */
export const alike: Model = { period: 0, flip: 0, low: 0, shift: 0, isNear: false, isSmooth: false };

/** By how many bits the number of a column is shortened. */
export function columnShiftOf(period: number): number {
  return Math.max(0, 32 - Math.clz32(Math.max(0, period - 1)) - Math.log2(mostColumns));
}

/** Where the sets of a model begin, and how many bytes those take that even states have, or all symbols without a trellis. */
export function setsOf({ period, isNear, trellis }: Model): { readonly start: number; readonly bytes: number } {
  if (period === 0) return { start: places.columns, bytes: setBytes };
  const columns = ((period - 1) >> columnShiftOf(period)) + 1;
  const states = trellis === undefined ? 0 : (period + 3) & ~3;
  return {
    start: places.columns + 12 * period + states,
    bytes: setBytes * (2 + scaleClasses + statisticsClasses + columns + (isNear ? nearClasses : 0)),
  };
}

/** Bytes of memory that a model takes while it works. */
export function modelBytes(model: Model): number {
  const { start, bytes } = setsOf(model);
  return start + bytes * (model.trellis === undefined ? 1 : 2);
}

/** The tables that every model begins with, from `rates` to `initial`: whole numbers in the machine's order, which WebAssembly has. */
export const tables = ((): Uint8Array => {
  const bytes = new Uint8Array(places.initial - places.rates);
  const view = new DataView(bytes.buffer);
  for (let seen = 0; seen < 256; seen++) view.setUint16(2 * seen, Math.floor(131072 / (2 * seen + 3)), true);
  bytes.set(new Uint8Array(squash.buffer), places.squash - places.rates);
  bytes.set(new Uint8Array(stretch.buffer), places.stretch - places.rates);
  return bytes;
})();

/** How many bits of a node are thought to have been seen, as many zeros as ones, where no shape is told. */
export function seenAtFirst(node: number, isSmooth: boolean): number {
  return isSmooth && node > 0 ? (3 << (31 - Math.clz32(node))) >> 3 : 0;
}

const unshaped = [false, true].map((isSmooth) =>
  initialSlots(
    () => 32768,
    (node) => seenAtFirst(node, isSmooth),
  ),
);

/** What every set begins with: of each node the probability (22 bits) and how many bits it is thought to have seen (10). */
export function initialSet({ isSmooth, shape, flip }: Model): Uint32Array {
  if (shape === undefined) return unshaped[isSmooth ? 1 : 0] ?? new Uint32Array(256);
  const probabilities = probabilitiesOf(shape, flip);
  const seen = (node: number): number => (node === 0 ? 4 : Math.min(255, 4 << (31 - Math.clz32(node))));
  return initialSlots((node) => probabilities[node] ?? 32768, seen);
}

function initialSlots(probabilityOf: (node: number) => number, seenOf: (node: number) => number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, node) => {
    const probability = Math.min(Math.max(probabilityOf(node) * 64, 1024), 2 ** 22 - 1024);
    return ((probability << 10) | seenOf(node)) >>> 0;
  });
}

/** How `bytes` are best modelled with rows of `period`. */
export function modelOf(bytes: Uint8Array, { period, isNear, isSmooth, shaped, trellis }: RangeOptions): Model {
  const shape = shaped && shapeOf(bytes, shaped);
  const tellsStates = trellis !== undefined && !isSmooth && shape === undefined;
  if (period === 0 || bytes.length === 0) return { ...alike, isSmooth, shape };
  const [plain, flipped] = [rangeOf(bytes, 0), rangeOf(bytes, 0x80)];
  const { flip, low, high } = flipped.deviation < plain.deviation ? flipped : plain;
  const shift = Math.max(0, 32 - Math.clz32((high - low) >> 5));
  return { period, flip, low, shift, isNear, isSmooth, shape, ...(tellsStates && { trellis }) };
}

function rangeOf(bytes: Uint8Array, flip: number) {
  let [low, high, sum] = [255, 0, 0];
  for (const byte of bytes) {
    const symbol = byte ^ flip;
    low = Math.min(low, symbol);
    high = Math.max(high, symbol);
    sum += symbol;
  }
  const mean = Math.round(sum / bytes.length);
  let deviation = 0;
  for (const byte of bytes) deviation += Math.abs((byte ^ flip) - mean);
  return { flip, low, high, deviation };
}
