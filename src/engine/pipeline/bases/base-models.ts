import { join } from 'node:path';
import type { IndexText } from '../../archive/index-text.ts';
import type { BaseFile } from '../../archive/reference.ts';
import { UsageError } from '../../errors.ts';
import { FileSource, type FileIdentity } from '../../io/file-source.ts';
import { ownFolder } from '../../io/own-folder.ts';
import { safeArchiveNames } from '../../models/index.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { RestoreArchive } from './bases.ts';
import { digestOf } from '../../io/file-digest.ts';
import { openInputs } from '../../models/inputs.ts';
import { isArchive } from '../../archive/is-archive.ts';
import { openArchive } from '../../archive/open-archive.ts';

/** A file of a model that another may be stored as a difference to. */
export interface BaseModelFile {
  readonly name: string;
  readonly source: FileSource;
  readonly tensors: readonly TensorRange[];
  /** Takes a read of the whole file where it is not known yet. */
  sha256(): Promise<string>;
}

export interface BaseModels extends AsyncDisposable {
  readonly files: readonly BaseModelFile[];
  /** The files at the paths that were given: the bases themselves, or their archives. */
  readonly identities: readonly FileIdentity[];
  /** What the bases themselves cannot be restored without. */
  readonly ancestors: readonly BaseFile[];
}

interface Means {
  readonly folder: string;
  readonly headerBytes: number;
  readonly signal: AbortSignal;
  readonly restore: RestoreArchive;
}

/** Opens models, or archives of models, to code another against; those in archives are restored for the time being. */
export async function openBaseModels(paths: readonly string[], means: Means): Promise<BaseModels> {
  await using opened = new AsyncDisposableStack();
  const files: BaseModelFile[] = [];
  const identities: FileIdentity[] = [];
  const ancestors: BaseFile[] = [];
  for (const path of paths) {
    if (await isArchive(path)) {
      await using base = await openArchive(path, means.headerBytes);
      const { archive } = base;
      identities.push(base.source.identity);
      const spool = await ownFolder(means.folder, '.featherweight-base', opened);
      ancestors.push(...(await means.restore(path, spool, [])));
      const names = safeArchiveNames(archive.files.map(({ name }) => name));
      for (const [number, { name, sha256 }] of archive.files.entries()) {
        const tensors = archive.tensors.filter(({ file }) => file === number);
        const source = opened.use(await FileSource.open(join(spool, ...(names[number] ?? name).split('/'))));
        files.push({ name, source, tensors, sha256: () => Promise.resolve(sha256) });
      }
    } else {
      const inputs = opened.use(await openInputs(path, means.headerBytes));
      for (const { name, source, layout } of inputs.files) {
        identities.push(source.identity);
        files.push({ name, source, tensors: layout?.tensors ?? [], sha256: () => digestOf(source, means.signal) });
      }
    }
  }
  const keep = opened.move();
  return { files, identities, ancestors, [Symbol.asyncDispose]: () => keep.disposeAsync() };
}

/** Throws {@link UsageError} when a base is the model itself: an archive of a file that needs the file is none. */
export function refuseInputAsBase(
  inputs: readonly { readonly source: FileSource }[],
  bases: readonly BaseModelFile[],
): void {
  for (const { source } of inputs) {
    const { device, inode } = source.identity;
    if (bases.some(({ source: { identity } }) => identity.device === device && identity.inode === inode))
      throw new UsageError(`"${source.name}" cannot be stored as a difference to itself.`, { path: source.name });
  }
}

/** Throws {@link UsageError} when the base can only be restored with the very file that was stored as a difference to it. */
export function refuseCircle({ files, bases }: IndexText, { ancestors }: BaseModels): void {
  if (bases === undefined) return;
  for (const { name, sha256 } of files)
    if (ancestors.some((ancestor) => ancestor.sha256 === sha256))
      throw new UsageError(`"${name}" is needed to restore its base; one of the two must be stored by itself.`, {
        name,
      });
}
