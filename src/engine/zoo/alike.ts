import { readFully } from '../io/descriptor.ts';
import type { InputFile } from '../models/inputs.ts';
import { ForeseenBase } from '../pipeline/inner-base/foresee.ts';
import { roomOf } from '../pipeline/inner-base/room.ts';
import type { FloatDType } from '../tensor/floats.ts';
import { readSample, type Sample } from './read-sample.ts';

/** Parts that are sampled, spread over all of them. */
const sampledParts = 8;
/** Of each; contexts of differences are learnt from few numbers only at a price that blocks do not pay. */
const sampledBytes = 128 * 1024;

/** What parts of a model come to where they are stored as differences to others of it that they nearly equal. */
export interface Alike {
  /** By dtype. */
  readonly parts: ReadonlyMap<string, { readonly bytes: number; readonly bytesThen: number }>;
  /** Bytes that what they are coded against takes on the drive meanwhile. */
  readonly roomBytes: number;
}

export const nothingAlike: Alike = { parts: new Map(), roomBytes: 0 };

/** Looks for such parts as compressing would, and has samples of some coded; `code` tells what some bytes come to. */
export async function foreseeAlike(
  files: readonly InputFile[],
  code: (sample: Sample & { readonly reference: Uint8Array }) => number,
  signal: AbortSignal,
): Promise<Alike> {
  await using owner = new AsyncDisposableStack();
  const base = await ForeseenBase.open(files, owner, signal);
  if (!base) return nothingAlike;
  const { likenesses } = base;
  const all = new Map<FloatDType, number>();
  for (const { tensor } of likenesses) all.set(tensor.dtype, (all.get(tensor.dtype) ?? 0) + tensor.tensor.byteLength);
  const sampled = new Map<FloatDType, { bytes: number; bytesThen: number }>();
  const count = Math.min(sampledParts, likenesses.length);
  for (let number = 0; number < count; number++) {
    signal.throwIfAborted();
    const one = likenesses[Math.floor(((number + 0.5) * likenesses.length) / count)]?.tensor;
    if (!one) continue;
    const { dtype, file, source, tensor } = one;
    const run = { file, offset: tensor.offset, length: tensor.byteLength };
    const sample = await readSample(tensor, sampledBytes, (offset, target) =>
      source.read(tensor.offset + offset, target),
    );
    const { bytes: reference } = await readSample(tensor, sampledBytes, async (offset, target) => {
      const range = await base.range(run, offset, target.length);
      if (range) readFully(range.descriptor, target, range.offset);
    });
    const sum = sampled.get(dtype) ?? { bytes: 0, bytesThen: 0 };
    const bytesThen = code({ ...sample, reference });
    sampled.set(dtype, { bytes: sum.bytes + sample.bytes.length, bytesThen: sum.bytesThen + bytesThen });
  }
  const parts = [...sampled].map(([dtype, { bytes, bytesThen }]) => {
    const length = all.get(dtype) ?? 0;
    return [dtype, { bytes: length, bytesThen: (length * bytesThen) / bytes }] as const;
  });
  return { parts: new Map(parts), roomBytes: roomOf(likenesses) };
}
