import { isArchive } from '../../archive/is-archive.ts';
import { openArchive } from '../../archive/open-archive.ts';
import type { Preset } from '../../codecs/codec.ts';
import { openInputs } from '../../models/inputs.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { heldBy } from '../bases/match-tensors.ts';
import { planResources } from '../job/resources.ts';
import { findLikenesses, looksInside, type Likeness } from './find.ts';

interface Asked {
  readonly preset: Preset;
  /** Models, or archives of such, that it will be coded against. */
  readonly bases: readonly string[];
  readonly signal: AbortSignal;
}

/** Bytes on the drive of its archive that a model takes only while it is compressed: those that what is alike is coded against. */
export async function roomMeanwhile(path: string, { preset, bases, signal }: Asked): Promise<number> {
  if (!looksInside(preset)) return 0;
  const { headerBytes } = planResources({});
  const held = await Promise.all(bases.map((base) => tensorsAt(base, headerBytes)));
  await using inputs = await openInputs(path, headerBytes);
  return roomOf(await findLikenesses(inputs.files, { isHeld: heldBy(held.flat(), inputs.files), signal }));
}

/** Bytes of what these are coded against. */
export function roomOf(likenesses: readonly Likeness[]): number {
  return likenesses.reduce((sum, { base }) => sum + base.tensor.byteLength, 0);
}

/** The tensors of each file of a model, or of an archive of one. */
async function tensorsAt(path: string, headerBytes: number): Promise<{ readonly tensors: readonly TensorRange[] }[]> {
  if (await isArchive(path)) {
    await using opened = await openArchive(path, headerBytes);
    const { files, tensors } = opened.archive;
    return files.map((_, number) => ({ tensors: tensors.filter(({ file }) => file === number) }));
  }
  await using inputs = await openInputs(path, headerBytes);
  return inputs.files.map(({ layout }) => ({ tensors: layout?.tensors ?? [] }));
}
