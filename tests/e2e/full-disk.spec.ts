import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fillDrive } from '../support/full-disk.ts';
import { weightsModel } from './models.ts';
import { expect, openFromFolder, test } from './window.ts';

const driveBytes = 128 * 2 ** 20;

test('a disk that fills pauses a job in words, and the job goes on by itself when there is room', async ({
  page,
  server,
  folder,
}) => {
  const drive = join(folder, 'drive');
  await mkdir(drive);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${driveBytes}`, 'tmpfs', drive]);
  test.skip(status !== 0, 'NO SMALL DISK COULD BE MOUNTED HERE, SO A FULL ONE IS NOT TRIED');
  try {
    await page.goto(server.url);
    const model = weightsModel(60_000_000);
    const path = await openFromFolder(page, drive, 'large.safetensors', model, ['models', 'drive']);
    await page.getByText('Smallest', { exact: true }).click();
    await page.getByRole('button', { name: 'Compress exactly' }).click();
    // Held as soon as it writes, or the job would be quicker than the filling.
    while (!existsSync(join(drive, 'large.safetensors.fwz.partial'))) await setTimeout(1);
    server.pause();
    await fillDrive(join(drive, 'filler'), drive);
    server.resume();
    await expect(page.getByText(/room.*: .* free, .* needed$/i).first()).toBeVisible();
    expect(await readdir(drive)).not.toContain('large.safetensors.fwz');
    expect(Buffer.compare(await readFile(path), model)).toBe(0);
    await rm(join(drive, 'filler'));
    await expect(page.getByText(/^Proved: all/)).toBeVisible();
    expect((await readdir(drive)).sort()).toEqual([
      'large.safetensors',
      'large.safetensors.fwz',
      'large.safetensors.fwz.receipt.json',
    ]);
    expect(Buffer.compare(await readFile(path), model)).toBe(0);
  } finally {
    spawnSync('umount', ['-l', drive]);
  }
});
