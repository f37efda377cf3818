import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseFile } from '../archive/reference.ts';
import { sha256Of } from '../io/file-digest.ts';
import type { PlannedModel } from './plan.ts';
import { holdersOf, readStore } from './store.ts';
import type { ZooModel } from './zoo.ts';

interface Planned {
  readonly output: string;
  /** By id; what is planned for each makes no circle. */
  readonly models: ReadonlyMap<string, PlannedModel>;
  readonly zoo: readonly ZooModel[];
}

/**
 * Ids of models that must not have the bases they are planned with: an earlier run, which was ended or saw another zoo, archived
 * those as differences to these very models, so that neither could be restored once the originals are gone. Reads the indexes of the
 * store where there is doubt, and whole files where they may be a base.
 */
export async function findCircles({ output, models, zoo }: Planned, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const circles = new Set<string>();
  const archived = new Set<string>();
  for (const { id, archive } of models.values())
    if (archive !== undefined && (await stat(join(output, archive)).catch(() => undefined))) archived.add(id);
  // Whatever circle there is leads from a model that is to be archived to one that is.
  const doubtful = [...models.values()].filter(
    ({ id, bases }) => !archived.has(id) && bases.some((base) => archived.has(base)),
  );
  if (doubtful.length === 0) return circles;
  const { archives } = await readStore(output, signal);
  const stored = new Map(archives.map((archive) => [archive.name, archive]));
  const holders = holdersOf(archives);
  const waiting = zoo.filter(({ id }) => !archived.has(id));
  const byArchive = new Map([...models.values()].map((model) => [model.archive, model]));
  const archivesOf = (ids: readonly string[]): string[] => ids.flatMap((id) => models.get(id)?.archive ?? []);
  const needsOf = async (name: string): Promise<readonly string[]> => {
    const known = stored.get(name);
    if (known !== undefined) {
      const needs: string[] = [];
      for (const base of known.bases)
        needs.push(...(holders.get(base.sha256) ?? archivesOf(await owners(base, waiting, signal))));
      return needs;
    }
    const planned = byArchive.get(name);
    return planned === undefined || circles.has(planned.id) ? [] : archivesOf(planned.bases);
  };
  for (const { id, archive } of doubtful)
    if (archive !== undefined && (await leadsBack(archive, needsOf))) circles.add(id);
  return circles;
}

/** Ids of the models that have a file. */
async function owners(
  { sha256, bytes }: BaseFile,
  models: readonly ZooModel[],
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for (const { id, files } of models)
    for (const file of files)
      if (file.bytes === bytes && (await sha256Of(file.path, signal)) === sha256) found.push(id);
  return found;
}

async function leadsBack(from: string, needsOf: (name: string) => Promise<readonly string[]>): Promise<boolean> {
  const seen = new Set<string>();
  const open = [...(await needsOf(from))];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === from) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(await needsOf(name)));
  }
  return false;
}
