import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  planZoo,
  completeRecipe,
  runBatch,
  scanZoo,
  Suspension,
  type BatchRequest,
  type EngineContext,
} from '../../../src/engine/index.ts';
import type { Preset } from '../../../src/engine/codecs/codec.ts';
import { folderWith } from '../../support/folder.ts';
import { context } from '../../support/jobs.ts';
import { largeModel } from '../../support/large-model.ts';
import { stackedExperts } from '../../support/mixture.ts';
import { writeZoo } from '../../support/zoos.ts';

async function planned(root: string, out: string, preset: Preset = 'quick'): Promise<BatchRequest> {
  const { signal } = new AbortController();
  const zoo = await scanZoo({ roots: [root] }, { signal });
  const plan = await planZoo(zoo, out, await completeRecipe({ preset }), { signal });
  return { zoo, plan, threads: 1, reserveBytes: () => 0 };
}

/** Bytes of all files below some folders. */
function bytesBelow(...folders: readonly string[]): number {
  let bytes = 0;
  for (const folder of folders)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

test('a run never takes more room than its plan says, and with originals going, room only grows', async () => {
  const root = await folderWith({});
  const [zoo, out] = [join(root, 'zoo'), join(root, 'out')];
  await writeZoo(zoo, 4);
  const request = await planned(zoo, out);
  const before = bytesBelow(zoo);
  const trash = async (paths: readonly string[]) => {
    for (const path of paths) await rm(path);
  };
  const { peak } = request.plan.drive;
  let most = 0;
  const afterEach: number[] = [];
  for await (const { type } of runBatch({ ...request, trash }, context())) {
    most = Math.max(most, bytesBelow(out));
    if (type === 'model-finished') afterEach.push(bytesBelow(zoo, out));
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(peak);
  const largest = Math.max(...request.plan.models.map(({ bytesThen }) => bytesThen));
  for (const bytes of afterEach) expect(bytes).toBeLessThanOrEqual(before + 1.1 * largest);
  expect(afterEach.at(-1)).toBeLessThan(before);
});

test('what alike experts are coded against is counted as room that is taken meanwhile', async () => {
  const mixture = { experts: 3, hidden: 64, intermediate: 192, noise: 1e-2 };
  const root = await folderWith({ 'zoo/model.safetensors': stackedExperts(mixture, 'apart') });
  const out = join(root, 'out');
  const request = await planned(join(root, 'zoo'), out, 'balanced');
  const { peak } = request.plan.drive;
  // Of three matrices each, two experts are stored as differences to the first one.
  const taken = 2 * 3 * 2 * mixture.hidden * mixture.intermediate;
  expect(peak).toBe(Math.ceil(1.1 * request.plan.bytesThen) + taken);
  for await (const event of runBatch(request, context())) {
    expect(bytesBelow(out)).toBeLessThanOrEqual(peak);
    if (event.type === 'model-finished') expect(event.row.state).toBe('done');
  }
  expect(bytesBelow(out)).toBeLessThan(taken);
});

test('a batch that was stopped within a model goes on behind the blocks that were proved', async () => {
  const root = await folderWith({});
  const [zoo, out, undisturbed] = [join(root, 'zoo'), join(root, 'out'), join(root, 'undisturbed')];
  await writeZoo(zoo, 0);
  await mkdir(join(zoo, 'large'));
  await writeFile(join(zoo, 'large', 'model.safetensors'), largeModel(36));
  const archive = 'large/model.safetensors.fwz';
  const sha256 = async (folder: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, archive)))
      .digest('hex');
  await carryOut(await planned(zoo, undisturbed), context());

  const controller = new AbortController();
  const request = await planned(zoo, out);
  const stopped = carryOut(request, context(controller.signal), (id, bytesDone) => {
    if (id === 'large/model.safetensors' && bytesDone > 0) controller.abort(new Suspension());
  });
  await expect(stopped).rejects.toThrow(/the work so far is kept/);
  const left = await stat(join(out, `${archive}.partial`));
  await carryOut(request, context());
  // The very file that was left, finished.
  expect((await stat(join(out, archive))).ino).toBe(left.ino);
  expect(await sha256(out)).toBe(await sha256(undisturbed));
  expect((await readdir(out, { recursive: true })).filter((name) => /partial|fwz\.journal/.test(name))).toEqual([]);
});

test('a batch waits while there is no room, tells what is missing, and goes on when there is', async () => {
  const root = await folderWith({});
  const [zoo, out] = [join(root, 'zoo'), join(root, 'out')];
  await writeZoo(zoo, 0);
  let kept = 0;
  const request = { ...(await planned(zoo, out)), reserveBytes: () => kept, pollMilliseconds: 10 };
  const waits: { readonly free: number; readonly needed: number }[] = [];
  for await (const event of runBatch(request, context())) {
    // From the second model on nothing fits, until it was said three times.
    if (event.type === 'model-finished' && waits.length === 0) kept = 1e15;
    if (event.type === 'waiting' && waits.push(event) === 3) kept = 0;
    if (event.type === 'batch-finished') expect(event.report.states).toMatchObject({ failed: 0 });
  }
  expect(waits).toHaveLength(3);
  for (const { free, needed } of waits) expect(needed).toBeGreaterThan(free);
});

async function carryOut(
  request: BatchRequest,
  engineContext: EngineContext,
  progress: (id: string, bytesDone: number) => void = () => undefined,
): Promise<void> {
  for await (const event of runBatch(request, engineContext))
    if (event.type === 'model-progress' && event.progress.phase === 'prove')
      progress(event.id, event.progress.bytesDone);
}
