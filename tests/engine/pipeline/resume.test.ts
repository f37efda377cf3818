import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compress, Suspension, verify, type CompressRequest, type EngineContext } from '../../../src/engine/index.ts';
import { context, finish } from '../../support/jobs.ts';
import { largeModel } from '../../support/large-model.ts';

const killedJob = fileURLToPath(new URL('../../support/killed-job.ts', import.meta.url));
const kills = Number(process.env['FEATHERWEIGHT_KILLS'] ?? 3);

let folder: string;
let input: string;
let output: string;
/** Of the archive that an undisturbed run makes. */
let expected: string;
let original: string;
let fullMilliseconds: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'featherweight-resume-'));
  [input, output] = [join(folder, 'model.safetensors'), join(folder, 'model.fwz')];
  await writeFile(input, largeModel(36));
  original = await sha256(input);
  const start = performance.now();
  await finish(compress({ input, output: join(folder, 'undisturbed.fwz') }, context()));
  fullMilliseconds = performance.now() - start;
  expected = await sha256(join(folder, 'undisturbed.fwz'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a job that was stopped to be gone on with', () => {
  test('ends with the same bytes, on another number of threads, and leaves nothing else', async () => {
    const kept = await suspend({ input, output });
    expect(kept).toBeGreaterThan(0);
    expect((await readdir(folder)).filter((name) => name.startsWith('model.fwz')).sort()).toEqual([
      'model.fwz.journal',
      'model.fwz.partial',
    ]);
    const { report, events } = await finish(compress({ input, output, threads: 1 }, context()));
    expect(noticesOf(events)).toContainEqual(expect.stringMatching(/^\d+ blocks of an earlier run/));
    expect(await sha256(output)).toBe(expected);
    expect(report.sha256).toBe(original);
    expect(report.tensors.every(({ sha256: digest }) => digest.length === 64)).toBe(true);
    await expectAlone();
  });

  test('goes on after being stopped several times', async () => {
    for (let round = 0; round < 3; round++) await suspend({ input, output });
    await finish(compress({ input, output }, context()));
    expect(await sha256(output)).toBe(expected);
    await expectAlone();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the end of the journal is torn', async () => truncate(journal(), (await stat(journal())).size - 5)],
    ['the journal ends in other bytes', () => appendFile(journal(), 'deadbeef {"from":0}\n\0\0\0')],
    ['the unfinished archive is shorter than the journal says', () => truncate(`${output}.partial`, 20)],
    ['the unfinished archive is gone', () => rm(`${output}.partial`)],
    ['the journal is torn in its first line', () => writeFile(journal(), '01234567 {"journal":1,"key":"')],
    ['a byte of the unfinished archive is another', () => flip(`${output}.partial`, 5000)],
  ])('ends with the same bytes when %s', async (_what, harm) => {
    await suspend({ input, output });
    await harm();
    await finish(compress({ input, output }, context()));
    expect(await sha256(output)).toBe(expected);
    await expectAlone();
  });

  test('is not gone on with by another preset, nor after the original has changed', async () => {
    await suspend({ input, output });
    const quick = await finish(compress({ input, output, preset: 'quick' }, context()));
    expect(noticesOf(quick.events)).toEqual([]);
    await expectAlone();
    const changing = join(folder, 'changing.safetensors');
    await copyFile(input, changing);
    const other = join(folder, 'changing.fwz');
    await suspend({ input: changing, output: other });
    const times = await stat(changing);
    await flip(changing, (await stat(changing)).size - 2_000_000);
    await flip(changing, 3_000_000);
    // Even a change that its times do not show is found, since blocks are compared with the original again.
    await utimes(changing, times.atime, times.mtime);
    const { report } = await finish(compress({ input: changing, output: other }, context()));
    expect(report.sha256).toBe(await sha256(changing));
    await finish(verify({ archive: other, against: changing }, context()));
  });

  test('a person who cancels finds nothing left', async () => {
    await stop({ input, output }, new Error('cancelled'));
    await expectAlone();
  });
});

test('held work stands still and then goes on', async () => {
  const { promise, resolve: release } = Promise.withResolvers<undefined>();
  let [isHeld, isReleased] = [false, false];
  const pause = { wait: () => (isHeld && !isReleased ? promise : undefined) };
  let lastSeen = 0;
  const job = finishCounting({ input, output, overwrite: true }, { ...context(), pause }, (bytes) => {
    lastSeen = bytes;
    isHeld = true;
  });
  while (lastSeen === 0) await wait(5);
  // What was under way comes to an end first; work that is not held would end only with the file.
  let before = -1;
  while (before !== lastSeen) {
    before = lastSeen;
    await wait(1000);
  }
  expect(before).toBeLessThan((await stat(input)).size);
  isReleased = true;
  release(undefined);
  await job;
  expect(await sha256(output)).toBe(expected);
});

test(`killed at ${kills} random moments, the original stays and the next run makes the same archive`, async () => {
  let resumed = 0;
  for (let kill = 0; kill < kills; kill++) {
    const target = join(folder, `killed-${kill}.fwz`);
    const child = spawn(process.execPath, [killedJob, input, target], { stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await Promise.race([wait((0.3 + 0.7 * Math.random()) * fullMilliseconds), exited]);
    child.kill('SIGKILL');
    await exited;
    expect(await sha256(input)).toBe(original);
    if (existsSync(target)) {
      expect(await sha256(target)).toBe(expected);
      continue;
    }
    const { events } = await finish(compress({ input, output: target }, context()));
    if (noticesOf(events).length > 0) resumed++;
    expect(await sha256(target)).toBe(expected);
    expect((await readdir(folder)).filter((name) => name.startsWith(`killed-${kill}`))).toEqual([`killed-${kill}.fwz`]);
  }
  console.log(`${kills} kills, ${resumed} of them gone on with`);
}, 3_600_000);

const journal = () => `${output}.journal`;

async function expectAlone(): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith('model.fwz') && name !== 'model.fwz');
  await rm(output, { force: true });
  expect(left).toEqual([]);
}

/** Runs until about half is proved, and stops; how many bytes the unfinished archive has. */
async function suspend(request: CompressRequest): Promise<number> {
  await stop(request, new Suspension());
  return (await stat(`${request.output ?? ''}.partial`)).size;
}

async function stop(request: CompressRequest, reason: Error): Promise<void> {
  const controller = new AbortController();
  // Small batches, of which some are proved in order by half of the work.
  const small = { ...request, memoryBytes: 256 * 2 ** 20 };
  const failure = await finishCounting(small, context(controller.signal), (bytes, total) => {
    if (bytes > total / 2) controller.abort(reason);
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'CANCELLED' });
}

async function finishCounting(
  request: CompressRequest,
  engineContext: EngineContext,
  proved: (bytes: number, total: number) => void,
): Promise<void> {
  for await (const event of compress(request, engineContext))
    if (event.type === 'progress' && event.phase === 'prove' && event.bytesDone > 0)
      proved(event.bytesDone, event.bytesTotal);
}

function noticesOf(events: readonly { readonly type: string }[]): string[] {
  return events.flatMap((event) => ('message' in event ? [String(event.message)] : []));
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
