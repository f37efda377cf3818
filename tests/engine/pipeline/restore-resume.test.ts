import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  compress,
  discardRestored,
  restore,
  restoredBytes,
  Suspension,
  type JobEvent,
} from '../../../src/engine/index.ts';
import { context, finish } from '../../support/jobs.ts';
import { largeModel } from '../../support/large-model.ts';
import { randomBytes } from '../../support/streams.ts';

let folder: string;
let archive: string;
let output: string;
let original: string;
/** What a whole run takes. */
let batches = 0;
const small = { threads: 2, memoryBytes: 256 * 2 ** 20 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'featherweight-restore-'));
  const input = join(folder, 'model.safetensors');
  [archive, output] = [join(folder, 'model.fwz'), join(folder, 'back', 'model.safetensors')];
  const bytes = largeModel(36);
  original = digest(bytes);
  await writeFile(input, bytes);
  await finish(compress({ input, output: archive, preset: 'quick' }, context()));
  const wait = () => (batches++, undefined);
  await finish(restore({ archive, output: join(folder, 'first'), ...small }, { ...context(), pause: { wait } }));
});

beforeEach(async () => {
  await rm(dirname(output), { recursive: true, force: true });
  await mkdir(dirname(output));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a restore that was stopped goes on, on another number of threads, and leaves nothing else', async () => {
  await stop(new Suspension());
  expect((await readdir(dirname(output))).sort()).toEqual([
    'model.safetensors.fw-partial',
    'model.safetensors.fw-partial.journal',
  ]);
  expect(await restoredBytes({ archive, output })).toBeGreaterThan(1_000_000);
  await stop(new Suspension(), 0.9);
  const { events } = await finish(restore({ archive, output, threads: 1 }, context()));
  expect(noticesOf(events)).toContainEqual(
    expect.stringMatching(/^\d{7,} bytes that an earlier run wrote are gone on/),
  );
  await expectRestored();
});

test.each<[string, (partial: string) => Promise<unknown>]>([
  ['holds other bytes', async (partial) => writeFile(partial, randomBytes((await stat(partial)).size, 5))],
  ['is empty', (partial) => writeFile(partial, '')],
  ['is gone', (partial) => rm(partial)],
  ['has a torn journal', (partial) => truncate(`${partial}.journal`, 100)],
])('an unfinished file that %s is not believed', async (_what, harm) => {
  await stop(new Suspension());
  await harm(`${output}.fw-partial`);
  await finish(restore({ archive, output }, context()));
  await expectRestored();
});

test('whoever cancels, or gives a stopped restore up, finds nothing left', async () => {
  await stop(new Error('cancelled'));
  expect(await readdir(dirname(output))).toEqual([]);
  await stop(new Suspension());
  await discardRestored({ archive, output });
  expect(await readdir(dirname(output))).toEqual([]);
});

test('a folder that a cancelled restore made goes with it, and one that was there stays', async () => {
  const kept = dirname(output);
  await stop(new Error('cancelled'), 0.5, join(kept, 'new', 'inner', 'model.safetensors'));
  expect(await readdir(kept)).toEqual([]);
});

test('what is there already and equal is left as it is; something else is refused', async () => {
  await finish(restore({ archive, output }, context()));
  const { mtimeMs } = await stat(output);
  const { report } = await finish(restore({ archive, output }, context()));
  expect(report).toMatchObject({ sha256: original, notices: ['1 of 1 were there already, and are equal.'] });
  expect((await stat(output)).mtimeMs).toBe(mtimeMs);
  const other = await readFile(output);
  other[other.length - 1]! ^= 1;
  await writeFile(output, other);
  await expect(finish(restore({ archive, output }, context()))).rejects.toMatchObject({ code: 'USAGE' });
  expect(digest(await readFile(output))).toBe(digest(other));
});

/** Restores, holds when so much of all batches has begun, and stops for this reason once some are finished. */
async function stop(reason: Error, part = 0.5, to = output): Promise<void> {
  const controller = new AbortController();
  let begun = 0;
  const wait = () => (++begun > part * batches ? new Promise<void>(() => undefined) : undefined);
  const run = async () => {
    const job = restore({ archive, output: to, ...small }, { ...context(controller.signal), pause: { wait } });
    for await (const event of job)
      if (event.type === 'progress' && event.phase === 'restore' && event.bytesDone > 0) controller.abort(reason);
  };
  await expect(run()).rejects.toMatchObject({ code: 'CANCELLED' });
}

async function expectRestored(): Promise<void> {
  expect(digest(await readFile(output))).toBe(original);
  expect(await readdir(dirname(output))).toEqual(['model.safetensors']);
}

function noticesOf(events: readonly JobEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'notice' ? event.message : []));
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
