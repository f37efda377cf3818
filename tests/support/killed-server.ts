import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { isEnded, type Job, type JobRequest } from '../../src/contract/jobs.ts';
import type { Host } from '../../src/contract/host.ts';
import { serveProgram, signIn } from './served-program.ts';

const pollMilliseconds = 15;

/** When to kill: once the job is seen like this, and so much later. */
export interface Moment {
  readonly seen: (job: Job) => boolean;
  readonly milliseconds?: number;
}

/** A kill, and how the job was seen last before it. */
export interface Kill {
  readonly state: Job['state'];
  /** Of the bytes, what was coded. */
  readonly part: number;
}

export interface Survival {
  readonly kills: readonly Kill[];
  /** How the job ended, in the program that was started last. */
  readonly end: 'done' | { readonly state: Job['state']; readonly error?: unknown };
  /** Names of the files that a kill or the end left wrong, with what is wrong. */
  readonly faults: readonly string[];
}

/**
 * Has a served program do one job, kills it with SIGKILL at each of the moments and opens it again, until the job has ended.
 * After each kill the inputs must have their `sha256`, by path, and so must what has a final name, if it is there.
 */
export async function surviveKills(
  {
    folder,
    request,
    sha256,
  }: { readonly folder: string; readonly request: JobRequest; readonly sha256: ReadonlyMap<string, string> },
  moments: readonly Moment[],
): Promise<Survival> {
  const home = join(folder, '..', `${basename(folder)}-home`);
  await mkdir(home, { recursive: true });
  const open = async () => {
    const served = await serveProgram(folder, home);
    return { ...served, host: await signIn(served.url) };
  };
  const kills: Kill[] = [];
  const faults: string[] = [];
  let running = await open();
  try {
    const { id } = await running.host.call('jobs.start', request);
    for (const moment of moments) {
      const last = await reach(running.host, id, moment);
      if (last === undefined) break;
      running.child.kill('SIGKILL');
      await once(running.child, 'exit');
      kills.push({ state: last.state, part: last.bytesTotal === 0 ? 0 : last.bytesDone / last.bytesTotal });
      faults.push(...(await wrongFiles(folder, sha256, false)));
      running = await open();
    }
    const job = await ended(running.host, id);
    faults.push(...(await wrongFiles(folder, sha256, true)));
    const end = job === undefined || job.state === 'done' ? 'done' : { state: job.state, error: job.error };
    return { kills, end, faults };
  } finally {
    running.child.kill('SIGKILL');
  }
}

/** Waits for a moment; the job as it was seen then, or nothing when it has ended before. */
async function reach(
  host: Pick<Host, 'call'>,
  id: string,
  { seen, milliseconds = 0 }: Moment,
): Promise<Job | undefined> {
  for (;;) {
    const job = await find(host, id);
    if (job === undefined || isEnded(job.state)) return undefined;
    if (!seen(job)) {
      await wait(pollMilliseconds);
      continue;
    }
    if (milliseconds === 0) return job;
    await wait(milliseconds);
    const later = await find(host, id);
    return later === undefined || isEnded(later.state) ? undefined : later;
  }
}

async function ended(host: Pick<Host, 'call'>, id: string): Promise<Job | undefined> {
  for (;;) {
    const job = await find(host, id);
    if (job === undefined || isEnded(job.state)) return job;
    await wait(pollMilliseconds);
  }
}

/** A job that has not ended, or has ended in this program; nothing when the history has it. Throws when it was forgotten. */
async function find(host: Pick<Host, 'call'>, id: string): Promise<Job | undefined> {
  const job = (await host.call('jobs.list', {})).find((one) => one.id === id);
  if (job !== undefined) return job;
  const runs = await host.call('runs.recent', {});
  if (runs.some((run) => run.id === id)) return undefined;
  throw new Error('The program has forgotten its job.');
}

/** Files that are not what they must be: originals and final names always, at the end also whatever else is there. */
async function wrongFiles(folder: string, sha256: ReadonlyMap<string, string>, isEnd: boolean): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const wrong: string[] = [];
  for (const [path, expected] of sha256) {
    if (!names.includes(basename(path))) {
      if (isEnd) wrong.push(`${path} is not there`);
    } else if ((await digestOf(path)) !== expected) wrong.push(`${path} has other bytes`);
  }
  const known = new Set([...sha256.keys()].flatMap((path) => [path, `${path}.receipt.json`]));
  for (const name of names) {
    const path = join(folder, name);
    if (isEnd && !known.has(path)) wrong.push(`${path} was left`);
  }
  return wrong;
}

/** sha256 of a file, however large. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
