import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../support/killed-server.ts';
import { writeZoo } from '../support/zoos.ts';
import { commandLine, killAfter } from './command-line.ts';
import { Counter, type Tally } from './tally.ts';

const models = 190;
const killsOfOneRun = 10;

/** Kills `fw batch` over some 200 models, ten times in each run, and compares every archive with an undisturbed run's. */
export async function soakZoo(folder: string, kills: number, random: () => number): Promise<Tally> {
  const zoo = join(folder, 'zoo');
  await writeZoo(zoo, models);
  const started = performance.now();
  await commandLine(['batch', zoo, '-o', join(folder, 'undisturbed')]);
  let milliseconds = performance.now() - started;
  const [originals, expected] = [await digests(zoo, ''), await digests(join(folder, 'undisturbed'), '.fwz')];
  const counter = new Counter();
  while (counter.kills < kills) {
    const out = join(folder, `round-${counter.rounds}`);
    const complain = (fault: string) => counter.faults.push(`round ${counter.rounds}: ${fault}`);
    for (let kill = 0; kill < Math.min(killsOfOneRun, kills); kill++) {
      const began = performance.now();
      if (!(await killAfter((0.1 + random() * 0.3) * milliseconds, ['batch', zoo, '-o', out]))) {
        // The machine was busier when it was timed.
        if (kill === 0) milliseconds = performance.now() - began;
        break;
      }
      const found = await digests(out, '.fwz');
      counter.killed(`${Math.floor((4 * found.size) / expected.size) * 25} % of the archives there`);
      for (const [name, sha256] of found) if (expected.get(name) !== sha256) complain(`"${name}" has other bytes`);
    }
    await commandLine(['batch', zoo, '-o', out]).catch((error: unknown) => complain(String(error)));
    const found = await digests(out, '.fwz');
    if (found.size !== expected.size) complain(`${found.size} archives instead of ${expected.size}`);
    for (const [name, sha256] of found) if (expected.get(name) !== sha256) complain(`"${name}" has other bytes`);
    for (const [name, sha256] of await digests(zoo, ''))
      if (originals.get(name) !== sha256) complain(`"${name}" changed`);
    const left = (await readdir(out, { recursive: true })).filter((name) =>
      /\.(partial|fwz\.journal)$|base\.partial-/.test(name),
    );
    if (left.length > 0) complain(`left: ${left.join(', ')}`);
    counter.roundEnded();
  }
  return counter;
}

/** sha256 of every file below a folder whose name ends so, by name. */
async function digests(folder: string, ending: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name.endsWith(ending)) found.set(path.slice(folder.length + 1), await digestOf(path));
  }
  return found;
}
