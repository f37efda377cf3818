import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeAbandoned } from '../engine/index.ts';

/** Where exports are at work, for the session after one that was killed. */
export interface ExportNotes {
  /** Notes that the export `id` writes to, or beside, `place`. */
  add(id: string, place: string): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Keeps a small file for each export in `folder`. */
export function exportNotes(folder: string): ExportNotes {
  return {
    async add(id, place) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, id), place);
    },
    remove: (id) => rm(join(folder, id), { force: true }),
  };
}

/** Removes what exports of killed sessions left where the notes in `folder` say; those at work, in another session, stay. */
export async function tidyExports(folder: string): Promise<void> {
  for (const id of await readdir(folder).catch(() => [])) {
    const place = await readFile(join(folder, id), 'utf8');
    const stay = [await removeAbandoned(place), await removeAbandoned(dirname(place))];
    if (stay.every((count) => count === 0)) await rm(join(folder, id), { force: true });
  }
}
