import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { folderWith } from '../support/folder.ts';
import { fillDrive } from '../support/full-disk.ts';
import { largeModel } from '../support/large-model.ts';

const driveBytes = 96 * 2 ** 20;
const entry = join(import.meta.dirname, 'support/source-entry.ts');

interface Line {
  readonly type: string;
  readonly free?: number;
  readonly needed?: number;
  readonly report?: { readonly states: { readonly done: number } };
}

/** `fw batch` with the lines that it prints as they come. */
function batch(zoo: string, out: string) {
  const child = spawn(process.execPath, [entry, 'batch', zoo, '-o', out, '--threads', '1', '--json']);
  const lines: Line[] = [];
  const { promise: waiting, resolve } = Promise.withResolvers<true>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (line.type === 'waiting') resolve(true);
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, lines, ended, waiting };
}

test('a batch waits for room, before a model and within one, says so, and goes on by itself or ends on Ctrl-C', async () => {
  const folder = await folderWith({});
  const [zoo, drive] = [join(folder, 'zoo'), join(folder, 'drive')];
  await mkdir(zoo);
  await mkdir(drive);
  await writeFile(join(zoo, 'model.safetensors'), largeModel(36));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${driveBytes}`, 'tmpfs', drive]);
  if (status !== 0) {
    console.warn('NO SMALL DISK COULD BE MOUNTED HERE, SO A FULL ONE IS NOT TRIED');
    return;
  }
  onTestFinished(() => void spawnSync('umount', ['-l', drive]));
  const [out, filler] = [join(drive, 'out'), join(drive, 'filler')];
  const filledWithin = async () => {
    const run = batch(zoo, out);
    const names = ['model.safetensors.fwz.partial', 'model.safetensors.fwz'].map((name) => join(out, name));
    while (!names.some((name) => existsSync(name))) await setTimeout(1);
    run.child.kill('SIGSTOP');
    await fillDrive(filler, drive);
    run.child.kill('SIGCONT');
    return run;
  };

  await fillDrive(filler, drive);
  const stopped = batch(zoo, out);
  await stopped.waiting;
  stopped.child.kill('SIGINT');
  expect(await stopped.ended).toBe(130);
  await rm(filler);

  let waits = await filledWithin();
  // On a busy machine it may have been done before it was stopped.
  while (!(await Promise.race([waits.waiting, waits.ended.then(() => false)]))) {
    await rm(filler);
    await rm(out, { recursive: true });
    waits = await filledWithin();
  }
  const { free = 0, needed = 0 } = waits.lines.find(({ type }) => type === 'waiting') ?? {};
  expect(needed).toBeGreaterThan(free);
  expect(await readdir(out)).not.toContain('model.safetensors.fwz');
  waits.child.kill('SIGINT');
  expect(await waits.ended).toBe(130);

  const again = batch(zoo, out);
  await again.waiting;
  await rm(filler);
  expect(await again.ended).toBe(0);
  expect(again.lines.at(-1)?.report?.states.done).toBe(1);
  expect((await readdir(out)).filter((name) => /partial|fwz\.journal/.test(name))).toEqual([]);
}, 120_000);
