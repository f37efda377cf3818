import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Preset } from '../../codecs/codec.ts';
import { FileSource } from '../../io/file-source.ts';
import { ownFolder } from '../../io/own-folder.ts';
import type { ByteSource } from '../../io/source.ts';
import type { InputFile } from '../../models/inputs.ts';
import type { Crew } from '../../workers/crew.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import { AssemblyLine } from '../job/assembly-line.ts';
import type { Likeness } from './find.ts';

export interface RestoringMeans {
  readonly crew: Crew;
  readonly preset: Preset;
  /** Where files that are needed meanwhile get folders of their own, which `owner` removes. */
  readonly folder: string;
  readonly owner: AsyncDisposableStack;
  readonly signal: AbortSignal;
}

/**
 * What tensors that others are to be differences to restore to where they are approximated, by their numbers, at their places in files whose
 * other parts are holes.
 */
export async function restoredTensors(
  files: readonly InputFile[],
  blueprint: readonly (readonly PlacedRun[])[],
  likenesses: readonly Likeness[],
  { crew, preset, folder, owner, signal }: RestoringMeans,
): Promise<ReadonlyMap<number, ByteSource>> {
  const restored = new Map<number, ByteSource>();
  const bases = new Set(likenesses.map(({ base }) => base));
  for (const [file, { source }] of files.entries()) {
    const needed = new Set<PlacedRun>();
    const numbers = new Set<number>();
    for (const base of bases)
      for (const run of base.file === file ? approximatedWithin(blueprint[file] ?? [], base.tensor) : []) {
        needed.add(run);
        numbers.add(base.number);
      }
    if (needed.size === 0) continue;
    const path = join(await ownFolder(folder, '.featherweight-base', owner), 'restored');
    {
      await using handle = await open(path, 'wx');
      const { fd } = handle;
      await source.wake();
      const { descriptor } = source;
      const line = new AssemblyLine(crew, signal, undefined);
      await line.fill(async () => {
        for (const { offset, length, stream, approximation } of needed) {
          const place = { offset, length };
          const task = { source: { descriptor, ...place }, blocks: [{ length, stream, approximation }], preset };
          await line.add(
            ({ thread, slot }) => thread.run({ kind: 'encode', slot, ...task, target: { descriptor: fd, ...place } }),
            () => Promise.resolve(),
          );
        }
      });
    }
    const written = owner.use(await FileSource.open(path));
    for (const number of numbers) restored.set(number, written);
  }
  return restored;
}

interface Span {
  readonly offset: number;
  readonly byteLength: number;
}

function approximatedWithin(runs: readonly PlacedRun[], { offset, byteLength }: Span): readonly PlacedRun[] {
  return runs.filter(
    (run) => run.approximation && run.offset < offset + byteLength && run.offset + run.length > offset,
  );
}
