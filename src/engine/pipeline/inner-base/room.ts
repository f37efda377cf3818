import type { Preset } from '../../codecs/codec.ts';
import { openInputs } from '../../models/inputs.ts';
import { planResources } from '../job/resources.ts';
import { findLikenesses, looksInside, type Likeness } from './find.ts';

/** Bytes on the drive of its archive that a model takes only while it is compressed: those that what is alike is coded against. */
export async function roomMeanwhile(
  path: string,
  { preset, hasBases, signal }: { readonly preset: Preset; readonly hasBases: boolean; readonly signal: AbortSignal },
): Promise<number> {
  if (!looksInside(preset)) return 0;
  await using inputs = await openInputs(path, planResources({}).headerBytes);
  const likenesses = await findLikenesses(inputs.files, { looksIntoStacks: !hasBases, signal });
  return roomOf(likenesses);
}

/** Bytes of what these are coded against. */
export function roomOf(likenesses: readonly Likeness[]): number {
  return likenesses.reduce((sum, { base }) => sum + base.tensor.byteLength, 0);
}
