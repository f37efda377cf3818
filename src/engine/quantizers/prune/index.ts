import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { eachBlock, shapeOf, sizesOfBlocks } from '../blocks.ts';
import { float32Bytes, joinBytes, readFloat32 } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { greatest } from '../statistics.ts';
import { borderFor } from './border.ts';

const patterns = ['magnitude', '2:4', '4:8', 'rows'] as const;

const options = z.strictObject({
  pattern: z.enum(patterns).default('magnitude').meta({
    title: 'Pattern',
    description: 'The smallest weights anywhere, two of each four or four of each eight neighbours, or whole rows.',
  }),
  share: z.number().min(0).max(0.99).default(0.3).meta({
    title: 'Share',
    description: 'How much of the tensor becomes zero; patterns of neighbours have one half.',
  }),
  step: z.number().min(0).max(2).default(0).meta({
    title: 'Step',
    description: 'Lines of an even grid for what stays, in standard deviations of the weights; 0 keeps it exactly.',
  }),
});

type Options = z.infer<typeof options>;

interface Parameters {
  readonly pattern: Options['pattern'];
  /** What is smaller becomes zero: a weight, or the root of the mean square of a row. */
  readonly border: number;
  /** Distance of the lines for what stays; 0 where it stays exactly. */
  readonly step: number;
}

/** Codes stay below 2^24, which single precision tells apart. */
const leastShare = 2 ** -24;
const mostStep = 3.4e38;

export const prune = defineQuantizer<Options, Parameters>({
  id: 'prune',
  title: 'Pruning',
  summary: 'Makes the smallest weights zero, and keeps the others exactly or on an even grid.',
  caution:
    'Without training afterwards a grid is smaller and nearer: with 30 % zeros a small text recognizer read 4 of 100 lines as before, with 2:4 none. This is for programs that skip zeros.',
  wireId: 85,
  since: 2,
  options,
  ladder: [{ step: 0.1 }, { step: 0.2 }, { step: 0.2, share: 0.6 }],
  needs: { sample: true },
  finer: (given) => ({ ...given, share: given.share / 2, step: given.step / 2 }),

  plan(geometry, statistics, { pattern, share, step }) {
    const size = Math.sqrt(statistics.squares / Math.max(1, statistics.count));
    return {
      pattern,
      border: borderFor(pattern, share, geometry, statistics),
      step: step === 0 ? 0 : Math.fround(Math.min(mostStep, Math.max(step * size, greatest(statistics) * leastShare))),
    };
  },

  quantize(piece, parameters, workspace) {
    const mask = maskOf(piece, parameters);
    const kept = piece.values.filter((_, at) => mask[at] === 1);
    const maskPart = { bytes: mask, width: 1, dtype: 'U8', rows: [piece.columns] } as const;
    const { step } = parameters;
    if (step > 0) {
      const { header, parts } = writeCodes(
        Int32Array.from(kept, (value) => Math.round(value / step)),
        workspace,
      );
      return { header: joinBytes(float32Bytes(step), writeCount(kept.length), header), parts: [maskPart, ...parts] };
    }
    const bytes = new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength);
    return {
      header: joinBytes(float32Bytes(0), writeCount(kept.length)),
      parts: [maskPart, { bytes, width: 4, dtype: 'F32' }],
    };
  },

  partShapes(header, { count }) {
    const { step, kept } = readHeader(header, count);
    const mask = { length: count, width: 1 } as const;
    if (step === 0) return [mask, { length: 4 * kept, width: 4 }];
    const { shapes, end } = codeShapes(header, headerBytes, kept);
    if (end !== header.length) throw new DamagedArchiveError(`A header of ${header.length} bytes for ${end}.`);
    return [mask, ...shapes];
  },

  dequantize({ header, parts: [mask, ...parts] }, { count }, values, workspace) {
    const { step, kept } = readHeader(header, count);
    const bytes = mask?.bytes ?? new Uint8Array();
    let numbers: Float32Array | Int32Array;
    if (step > 0) numbers = readCodes(header, headerBytes, parts, workspace);
    else numbers = new Float32Array(parts[0]?.bytes.slice().buffer ?? new ArrayBuffer());
    const factor = step > 0 ? step : 1;
    let next = 0;
    for (let at = 0; at < count; at++) values[at] = bytes[at] === 1 ? (numbers[next++] ?? 0) * factor : 0;
    if (next !== kept) throw new DamagedArchiveError(`A mask keeps ${next} weights, but there are ${kept}.`);
  },

  bound(piece, parameters) {
    const mask = maskOf(piece, parameters);
    return { each: (place) => (mask[place] === 1 ? parameters.step / 2 : Math.abs(piece.values[place] ?? 0)) };
  },
});

/** 1 for what stays. */
function maskOf(piece: Piece, { pattern, border }: Parameters): Uint8Array {
  const { values } = piece;
  const shape = shapeOf(piece);
  if (pattern === 'magnitude')
    return Uint8Array.from(values, (value) => (Math.abs(value) >= border && value !== 0 ? 1 : 0));
  const mask = new Uint8Array(values.length);
  if (pattern === 'rows') {
    const sizes = sizesOfBlocks(piece, 0);
    eachBlock(shape, 0, (start, end, row) => mask.fill((sizes[row] ?? 0) >= border ? 1 : 0, start, end));
    return mask;
  }
  const group = pattern === '2:4' ? 4 : 8;
  eachBlock(shape, group, (start, end) => {
    const order = Array.from({ length: end - start }, (_, at) => start + at);
    order.sort((one, other) => Math.abs(values[other] ?? 0) - Math.abs(values[one] ?? 0));
    for (const at of order.slice(0, group / 2)) mask[at] = 1;
  });
  return mask;
}

/** The step and how many weights stay. */
const headerBytes = 8;

function writeCount(count: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(count).buffer);
}

function readHeader(header: Uint8Array, count: number): { readonly step: number; readonly kept: number } {
  const step = readFloat32(header, 0);
  const kept =
    header.length < headerBytes ? Infinity : new DataView(header.buffer, header.byteOffset).getUint32(4, true);
  if (!(step >= 0 && step < Infinity) || kept > count || (step === 0 && header.length !== headerBytes))
    throw new DamagedArchiveError(`Of ${count} weights ${kept} stay, on lines ${step} apart.`);
  return { step, kept };
}
