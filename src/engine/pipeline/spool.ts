import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone, thisProcess } from '../io/owner.ts';

const prefix = '.featherweight-base-';
const named = new RegExp(`^${prefix.replaceAll('.', '\\.')}(?<owner>[0-9a-f]+ \\d+ \\d*) [^ ]+$`);

/** A new folder in `folder` for restored bases, removed with `owner`. Those that killed runs left there are removed first. */
export async function spoolIn(folder: string, owner: AsyncDisposableStack): Promise<string> {
  for (const name of await readdir(folder)) {
    const left = named.exec(name)?.groups?.['owner'];
    if (left !== undefined && left !== thisProcess() && isGone(left))
      await rm(join(folder, name), { recursive: true, force: true });
  }
  const spool = await mkdtemp(join(folder, `${prefix}${thisProcess()} `));
  owner.defer(() => rm(spool, { recursive: true, force: true }));
  return spool;
}
