import { readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../contract/host.ts';
import { isEnded } from '../contract/jobs.ts';

/** Names the file of its folder that was streamed from a browser: a copy of what the person has elsewhere. */
const marker = '.streamed';

/** Marks the file `name` of a folder of the spool as a copy. */
export function markStreamed(place: string, name: string): Promise<void> {
  return writeFile(join(place, marker), name);
}

/**
 * Removes the copies that browsers have streamed into `folder`, but for those that jobs and fits still need. What was made of them stays:
 * nobody may have saved it yet.
 */
export async function emptySpool(folder: string, host: Pick<Host, 'call'>): Promise<void> {
  const jobs = await host.call('jobs.list', {});
  const fits = await host.call('fits.running', {});
  const needed = [
    ...jobs.filter(({ state }) => !isEnded(state)).map(({ path }) => path),
    ...fits.filter(({ state }) => state === 'interrupted' || state === 'paused').map(({ request: { input } }) => input),
  ];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const place = join(folder, entry.name);
    if (needed.some((path) => path.startsWith(place))) continue;
    const name = await readFile(join(place, marker), 'utf8').catch(() => undefined);
    if (name === undefined || name !== name.replace(/[/\\]/g, '')) continue;
    for (const gone of [name, `${name}.partial`, marker]) await rm(join(place, gone), { force: true });
    // Only an empty one goes.
    await rmdir(place).catch(() => undefined);
  }
}
