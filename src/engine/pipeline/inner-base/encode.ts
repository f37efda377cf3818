import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { InnerBase } from '../../archive/inner-base.ts';
import { FileSource } from '../../io/file-source.ts';
import { ownFolder } from '../../io/own-folder.ts';
import type { ByteSource } from '../../io/source.ts';
import type { BaseModelFile } from '../bases/base-models.ts';
import { innerBaseOf, type Likeness } from './find.ts';
import type { RestoringMeans } from './restored.ts';
import { writeOrdered } from './write-ordered.ts';

/** A file that a decoder can make of the archive itself, and what it is told for that. */
export interface InnerBaseFile extends BaseModelFile {
  readonly inner: InnerBase;
}

/**
 * Makes a base for tensors, and slices, of a model that nearly equal others of it; those others are taken as `restored` has them, where it
 * does.
 */
export async function makeInnerBase(
  likenesses: readonly Likeness[],
  restored: ReadonlyMap<number, ByteSource>,
  { folder, owner, signal }: Pick<RestoringMeans, 'folder' | 'owner' | 'signal'>,
): Promise<InnerBaseFile> {
  const path = join(await ownFolder(folder, '.featherweight-base', owner), 'inner');
  const tensors: BaseModelFile['tensors'][number][] = [];
  {
    await using handle = await open(path, 'wx');
    let start = 0;
    for (const { tensor: like, base, axis, order } of likenesses) {
      const source = restored.get(base.number) ?? base.source;
      const read = (offset: number, bytes: Uint8Array) => source.read(base.tensor.offset + offset, bytes);
      await writeOrdered(read, base, { axis, order }, { handle, start }, signal);
      tensors.push({ ...like.tensor, offset: start });
      start += base.tensor.byteLength;
    }
  }
  const source = owner.use(await FileSource.open(path));
  return { name: '', source, tensors, inner: innerBaseOf(likenesses), sha256: () => Promise.resolve('') };
}
