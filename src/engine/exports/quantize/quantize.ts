import type { FloatTensor } from '../float-tensor.ts';
import type { Loss } from '../loss.ts';
import { roundingOf } from './grid.ts';
import { scaleCount, type Grouping } from './grouping.ts';
import type { CodeForm, Fitting } from './kernel.ts';
import { hasLocalGrids, isLocal, localCodes } from './local.ts';
import { Nibbles } from './nibbles.ts';
import { hasSpreadGrids, spreadCodes } from './spread.ts';
import type { Work } from './work.ts';

/** Signed eight-bit and unsigned four-bit whole numbers, and the eight-bit float that other programs know. */
export type CodeType = 'I8' | 'U4' | 'F8_E4M3';

/** How scales are rounded before codes are made with them. */
export type ScaleType = 'F32' | 'F16';

/** What becomes of a tensor. Four-bit codes have zero points. */
export interface Coding {
  readonly type: CodeType;
  readonly grouping: Grouping;
  readonly scaleType: ScaleType;
  /** Whether zero has a code of its own in each group. */
  readonly hasZeros: boolean;
  /** Whether all values are known to lie on grids: those of blocks, which have few values, are looked for only then. */
  readonly isExact: boolean;
}

/** The signed form keeps −128 out where zero is in the middle, so that both sides reach as far. */
const signed: CodeForm = { steps: 254, hasZeroPoint: false, shares: [1, 0.97, 0.94, 0.9] };
const shifted: CodeForm = { ...signed, steps: 255, hasZeroPoint: true };
const fourBit: CodeForm = { steps: 15, hasZeroPoint: true, shares: [1.1, 1.05, 1, 0.97, 0.94, 0.9, 0.86, 0.82] };

/** A tensor that is written as codes with scales. */
export interface Quantized {
  readonly codeBytes: number;
  readonly scaleCount: number;
  /** Bytes of the zeros. */
  readonly zeroBytes: number;
  /** The codes in the order of the elements; four-bit ones two to a byte, the first in the low half. */
  codes(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Known when all codes were taken, and taken once. */
  scales(): Float32Array;
  /** The codes of zero, stored as the others are; taken once, behind the scales, where zero has codes of its own. */
  zeros(): Uint8Array;
}

/**
 * Quantizes a tensor of finite values, reading it as its codes are taken: once where the elements that share a scale are
 * neighbours, else up to four times. Channels whose values lie on a grid keep it. What is lost goes to `loss`. Memory: some MiB, a slab of blocks, and from then on the scales.
 */
export function quantize(tensor: FloatTensor, coding: Coding, loss: Loss, signal: AbortSignal): Quantized {
  const { type, grouping, hasZeros } = coding;
  const count = scaleCount(grouping);
  const shift = shiftOf(coding);
  let work: Work | undefined;
  const begun = (): Work =>
    (work ??= {
      ...{ tensor, grouping, loss, signal },
      scales: new Float32Array(count),
      zeros: new Uint8Array(count),
      fitting: fittingOf(tensor, coding),
      code:
        type === 'F8_E4M3' ? undefined : { ...formOf(coding), shift, round: roundingOf(tensor.dtype) ?? Math.fround },
    });
  // Models have many tensors, and what was taken need not be kept.
  const ended = (last: boolean): Work => {
    const own = begun();
    if (last) work = undefined;
    return own;
  };
  return {
    codeBytes: bytesOf(type, tensor.count),
    scaleCount: count,
    zeroBytes: hasZeros ? bytesOf(type, count) : 0,
    codes: () => packed(type, isLocal(grouping) ? localCodes(begun()) : spreadCodes(begun())),
    scales: () => ended(!hasZeros).scales,
    zeros: () =>
      packedAll(
        type,
        ended(true).zeros.map((zero) => zero - shift),
      ),
  };
}

/** Whether codes of this kind give just the values of the tensor; reads it up to twice. */
export async function isOnGrid(tensor: FloatTensor, coding: Coding, signal: AbortSignal): Promise<boolean> {
  const { grouping } = coding;
  const found = isLocal(grouping) ? hasLocalGrids : hasSpreadGrids;
  return found(tensor, grouping, fittingOf(tensor, { ...coding, isExact: true }), signal);
}

function fittingOf(tensor: FloatTensor, coding: Coding): Fitting {
  const isSearched = coding.type !== 'F8_E4M3' && (coding.isExact || !coding.grouping.isBlocked);
  return {
    form: formOf(coding),
    roundScale: coding.scaleType === 'F16' ? Math.f16round : Math.fround,
    gridRound: isSearched ? roundingOf(tensor.dtype) : undefined,
  };
}

function formOf({ type, hasZeros }: Coding): CodeForm {
  if (type === 'U4') return fourBit;
  return hasZeros ? shifted : signed;
}

/** Eight-bit codes are stored as signed numbers. */
function shiftOf({ type, hasZeros }: Coding): number {
  if (type !== 'I8') return 0;
  return hasZeros ? 128 : 127;
}

const bytesOf = (type: CodeType, count: number): number => (type === 'U4' ? Math.ceil(count / 2) : count);

async function* packed(type: CodeType, codes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const nibbles = type === 'U4' ? new Nibbles() : undefined;
  for await (const some of codes) yield nibbles === undefined ? some : nibbles.add(some);
  if (nibbles !== undefined) yield nibbles.end();
}

function packedAll(type: CodeType, codes: Uint8Array): Uint8Array {
  if (type !== 'U4') return codes;
  const nibbles = new Nibbles();
  const [bytes, last] = [nibbles.add(codes), nibbles.end()];
  const all = new Uint8Array(bytes.length + last.length);
  all.set(bytes);
  all.set(last, bytes.length);
  return all;
}
