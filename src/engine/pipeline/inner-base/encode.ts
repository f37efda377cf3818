import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { InnerBase } from '../../archive/inner-base.ts';
import { FileSource } from '../../io/file-source.ts';
import { ownFolder } from '../../io/own-folder.ts';
import type { BaseModelFile } from '../bases/base-models.ts';
import type { ScannedFile } from '../cut/duplicates.ts';
import { findLikenesses, innerBaseOf } from './find.ts';
import { writeOrdered } from './write-ordered.ts';

/** A file that a decoder can make of the archive itself, and what it is told for that. */
export interface InnerBaseFile extends BaseModelFile {
  readonly inner: InnerBase;
}

interface Means {
  /** Where the base gets a folder of its own, which `owner` removes. */
  readonly folder: string;
  readonly owner: AsyncDisposableStack;
  readonly signal: AbortSignal;
  /** Whether slices of tensors are looked at; they have no counterparts in bases that were given. */
  readonly looksIntoStacks: boolean;
}

/** Makes a base for those tensors, and slices, of a model that nearly equal others of it; `undefined` where there are none. */
export async function makeInnerBase(
  files: readonly ScannedFile[],
  { folder, owner, signal, looksIntoStacks }: Means,
): Promise<InnerBaseFile | undefined> {
  const likenesses = await findLikenesses(files, { looksIntoStacks, signal });
  if (likenesses.length === 0) return undefined;
  const path = join(await ownFolder(folder, '.featherweight-base', owner), 'inner');
  const tensors: BaseModelFile['tensors'][number][] = [];
  {
    await using handle = await open(path, 'wx');
    let start = 0;
    for (const { tensor: like, base, axis, order } of likenesses) {
      const read = (offset: number, bytes: Uint8Array) => base.source.read(base.tensor.offset + offset, bytes);
      await writeOrdered(read, base, { axis, order }, { handle, start }, signal);
      tensors.push({ ...like.tensor, offset: start });
      start += base.tensor.byteLength;
    }
  }
  const source = owner.use(await FileSource.open(path));
  return { name: '', source, tensors, inner: innerBaseOf(likenesses), sha256: () => Promise.resolve('') };
}
