import { decodeFloats, encodeFloats } from '../../tensor/floats.ts';
import { pieceElements, pieces, readFloats, type FloatTensor } from '../float-tensor.ts';
import type { Loss } from '../loss.ts';
import { scaleCount, type Grouping } from './grouping.ts';
import { codeOf, fitRanges, gridSample, gridScale, isMultiple, rangeOf, type CodeForm } from './kernel.ts';
import { Nibbles } from './nibbles.ts';

/** Signed eight-bit and unsigned four-bit whole numbers, and the eight-bit float that other programs know. */
export type CodeType = 'I8' | 'U4' | 'F8_E4M3';

/** The signed form keeps −128 out, so that both sides reach as far. */
const forms: Readonly<Record<'I8' | 'U4', CodeForm>> = {
  I8: { steps: 254, hasZeroPoint: false, shares: [1, 0.97, 0.94, 0.9] },
  U4: { steps: 15, hasZeroPoint: true, shares: [1.1, 1.05, 1, 0.97, 0.94, 0.9, 0.86, 0.82] },
};
const signedMiddle = 127;
const largestFloat8 = 448;
/** The most elements that blocks lying side by side may have: they are worked on together. */
export const largestSlab = 2 ** 23;

/** A tensor that is written as codes with scales. */
export interface Quantized {
  readonly codeBytes: number;
  readonly scaleCount: number;
  /** The codes in the order of the elements; four-bit ones two to a byte, the first in the low half. */
  codes(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Known when all codes were taken. */
  scales(): Float32Array;
  /** The codes of zero, packed like the others; all in the middle for types without zero points. */
  zeros(): Uint8Array;
}

/** How scales are rounded before codes are made with them. */
export type ScaleType = 'F32' | 'F16';

/**
 * Quantizes a tensor of finite values, reading it as its codes are taken: once where the elements that share a scale are
 * neighbours, else three times. Four-bit codes are for blocks only. What is lost goes to `loss`. Memory: some MiB, a slab of
 * blocks, and the scales.
 */
export function quantize(
  tensor: FloatTensor,
  type: CodeType,
  grouping: Grouping,
  loss: Loss,
  signal: AbortSignal,
  scaleType: ScaleType = 'F32',
): Quantized {
  const count = scaleCount(grouping);
  const work: Work = {
    ...{ tensor, type, grouping, loss, signal },
    scales: new Float32Array(count),
    zeros: new Uint8Array(count),
    round: scaleType === 'F16' ? Math.f16round : Math.fround,
  };
  const isLocal = grouping.isBlocked || (grouping.before === 1 && grouping.after <= largestSlab);
  return {
    codeBytes: type === 'U4' ? Math.ceil(tensor.count / 2) : tensor.count,
    scaleCount: count,
    codes: () => packed(type, isLocal ? localCodes(work) : spreadCodes(work)),
    scales: () => work.scales,
    zeros: () => packedAll(work.zeros),
  };
}

interface Work {
  readonly tensor: FloatTensor;
  readonly type: CodeType;
  readonly grouping: Grouping;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
  readonly round: (scale: number) => number;
  readonly loss: Loss;
  readonly signal: AbortSignal;
}

async function* packed(type: CodeType, codes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const nibbles = type === 'U4' ? new Nibbles() : undefined;
  for await (const some of codes) yield nibbles === undefined ? some : nibbles.add(some);
  if (nibbles !== undefined) yield nibbles.end();
}

function packedAll(codes: Uint8Array): Uint8Array {
  const nibbles = new Nibbles();
  const [bytes, last] = [nibbles.add(codes), nibbles.end()];
  const all = new Uint8Array(bytes.length + last.length);
  all.set(bytes);
  all.set(last, bytes.length);
  return all;
}

/** Slabs of whole groups one behind the other; each is `rows` × `columns` with a scale for each column. */
async function* localCodes(work: Work): AsyncGenerator<Uint8Array, void> {
  const { tensor, type, grouping, scales, zeros, round, loss, signal } = work;
  const { before, along, after, run, isBlocked } = grouping;
  const columns = isBlocked ? after : 1;
  const rowsOf = (at: number): number => (isBlocked ? Math.min(run, along - at) : after);
  let [element, scale] = [0, 0];
  for (let outer = 0; outer < before; outer++)
    for (let inner = 0; inner < along;) {
      signal.throwIfAborted();
      const slabs: number[] = [];
      let elements = 0;
      // Several slabs at a time: asking the disk for each would take longer than the work.
      while (inner < along && (slabs.length === 0 || elements + rowsOf(inner) * columns <= pieceElements)) {
        slabs.push(rowsOf(inner));
        elements += rowsOf(inner) * columns;
        inner += isBlocked ? run : 1;
      }
      const values = await readFloats(tensor, element, elements);
      const codes = new Uint8Array(elements);
      let at = 0;
      for (const rows of slabs) {
        const slab = values.subarray(at, at + rows * columns);
        const [own, middle] = [scales.subarray(scale, scale + columns), zeros.subarray(scale, scale + columns)];
        if (type === 'F8_E4M3') fitFloats(slab, columns, own);
        else fitRanges(slab, rows, columns, forms[type], round, own, middle);
        encode(type, slab, codes.subarray(at, at + slab.length), own, middle, (index) => index % columns, loss);
        scale += columns;
        at += slab.length;
      }
      element += elements;
      yield codes;
    }
}

function fitFloats(values: Float32Array, columns: number, scales: Float32Array): void {
  scales.fill(0);
  for (let index = 0; index < values.length; index++) {
    const column = index % columns;
    scales[column] = Math.max(scales[column] ?? 0, Math.abs(values[index] ?? 0));
  }
  for (let column = 0; column < columns; column++)
    scales[column] = Math.fround((scales[column] ?? 0) / largestFloat8) || 1;
}

/** Channels that lie all over the tensor: the largest values first, then the errors of all scales that are tried, then codes. */
async function* spreadCodes(work: Work): AsyncGenerator<Uint8Array, void> {
  const { tensor, type, grouping, scales, zeros, round, loss, signal } = work;
  const { along, after } = grouping;
  const channelOf = (element: number): number => Math.floor(element / after) % along;
  const largest = new Float32Array(scales.length);
  const samples = Array.from(scales, (): number[] => []);
  for await (const { start, values } of pieces(tensor, signal))
    for (let index = 0; index < values.length; index++) {
      const channel = channelOf(start + index);
      const size = Math.abs(values[index] ?? 0);
      largest[channel] = Math.max(largest[channel] ?? 0, size);
      const sample = samples[channel];
      if (size > 0 && sample !== undefined && sample.length < gridSample) sample.push(size);
    }
  if (type === 'F8_E4M3') scales.set(largest.map((each) => Math.fround(each / largestFloat8) || 1));
  else {
    const form = forms[type];
    const tried = form.shares.map((share) =>
      largest.map((each) => rangeOf(-each * share, each * share, form, round).scale || 1),
    );
    const errors = tried.map(() => new Float64Array(scales.length));
    zeros.fill(signedMiddle);
    const grids = Float32Array.from(
      samples,
      (sample, channel) => gridScale(sample, largest[channel] ?? 0, form.steps / 2, round) ?? 0,
    );
    for await (const { start, values } of pieces(tensor, signal)) {
      leaveGrids(values, grids, start, channelOf);
      for (const [trial, own] of tried.entries()) addErrors(values, own, errors[trial], form, start, channelOf);
    }
    for (let channel = 0; channel < scales.length; channel++) {
      const grid = grids[channel] ?? 0;
      if (grid > 0) {
        scales[channel] = grid;
        continue;
      }
      const found = errors.map((sums) => sums[channel] ?? 0);
      scales[channel] = tried[found.indexOf(Math.min(...found))]?.[channel] ?? 1;
    }
  }
  for await (const { start, values } of pieces(tensor, signal)) {
    const codes = new Uint8Array(values.length);
    encode(type, values, codes, scales, zeros, (index) => channelOf(start + index), loss);
    yield codes;
  }
}

/** Sets to 0 the grids of channels that have a value beside them. */
function leaveGrids(
  values: Float32Array,
  grids: Float32Array,
  start: number,
  channelOf: (element: number) => number,
): void {
  for (let index = 0; index < values.length; index++) {
    const channel = channelOf(start + index);
    const grid = grids[channel] ?? 0;
    if (grid > 0 && !isMultiple(values[index] ?? 0, grid)) grids[channel] = 0;
  }
}

function addErrors(
  values: Float32Array,
  scales: Float32Array,
  sums: Float64Array = new Float64Array(0),
  { steps }: CodeForm,
  start: number,
  channelOf: (element: number) => number,
): void {
  for (let index = 0; index < values.length; index++) {
    const channel = channelOf(start + index);
    const [value, scale] = [values[index] ?? 0, scales[channel] ?? 1];
    const difference = (value - scale * (codeOf(value / scale, signedMiddle, steps) - signedMiddle)) * value;
    sums[channel] = (sums[channel] ?? 0) + difference * difference;
  }
}

function encode(
  type: CodeType,
  values: Float32Array,
  codes: Uint8Array,
  scales: Float32Array,
  zeros: Uint8Array,
  groupOf: (index: number) => number,
  loss: Loss,
): void {
  if (type === 'F8_E4M3') {
    const scaled = values.map((value, index) => value / (scales[groupOf(index)] ?? 1));
    encodeFloats('F8_E4M3', scaled, codes);
    const stored = decodeFloats('F8_E4M3', codes);
    for (let index = 0; index < values.length; index++)
      loss.add(values[index] ?? 0, Math.fround((stored[index] ?? 0) * (scales[groupOf(index)] ?? 1)));
    return;
  }
  const { steps } = forms[type];
  // Eight-bit codes are stored as signed numbers without a zero point.
  const shift = type === 'I8' ? signedMiddle : 0;
  for (let index = 0; index < values.length; index++) {
    const group = groupOf(index);
    const [value, scale, zero] = [values[index] ?? 0, scales[group] ?? 1, zeros[group] ?? 0];
    const code = codeOf(value / scale, zero, steps);
    codes[index] = code - shift;
    loss.add(value, Math.fround((code - zero) * scale));
  }
}
