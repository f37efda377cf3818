import { execFileSync } from 'node:child_process';
import { mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scanZoo } from '../../../src/engine/index.ts';
import { parseExtents } from '../../../src/engine/zoo/shared-blocks.ts';
import { baseModel } from '../../support/families.ts';
import { folderWith } from '../../support/folder.ts';

const { signal } = new AbortController();

// As filefrag 1.47 says it of files on Btrfs: one that is shared, one that was written to in the middle, one that is new.
const said = `Filesystem type is: 9123683e
File size of /zoo/a copy is 20000000 (4883 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..    4882:      15616..     20498:   4883:             last,shared,eof
/zoo/a copy: 1 extent found
File size of /zoo/d is 20000000 (4883 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..     767:      15616..     16383:    768:             shared
   1:      768..    1279:       3328..      3839:    512:      16384:
   2:     1280..    4882:      16896..     20498:   3603:       3840: last,shared,eof
/zoo/d: 3 extents found
File size of /zoo/new is 16691 (5 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..       4:          0..         4:      5:             last,unknown_loc,delalloc,eof
/zoo/new: 1 extent found
`;

test('what filefrag says is read: shared blocks alone, the last as far as the file goes', () => {
  const start = 15616 * 4096;
  const behind = 16896 * 4096;
  expect([...parseExtents(said)]).toEqual([
    ['/zoo/a copy', [{ start, end: start + 20_000_000 }]],
    [
      '/zoo/d',
      [
        { start, end: start + 768 * 4096 },
        { start: behind, end: behind + 20_000_000 - 1280 * 4096 },
      ],
    ],
    ['/zoo/new', []],
  ]);
  expect([...parseExtents('')]).toEqual([]);
});

/** Mounts a new Btrfs or XFS file system on `folder`; what kept that from being done, if it was not. */
async function mountSharing(folder: string): Promise<string | undefined> {
  const image = `${folder}.img`;
  await mkdir(folder);
  await writeFile(image, '');
  await truncate(image, 400 * 2 ** 20);
  const quietly = { stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] };
  let reason = '';
  for (const tool of ['mkfs.btrfs', 'mkfs.xfs'])
    try {
      execFileSync('filefrag', ['-V'], quietly);
      execFileSync(tool, ['-q', '-f', image], quietly);
      execFileSync('mount', ['-o', 'loop', image, folder], quietly);
      onTestFinished(() => void execFileSync('umount', [folder], quietly));
      return undefined;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  return reason;
}

test('copies that share blocks on a disk count once, and only for what they share', async (context) => {
  const place = join(await folderWith({}), 'disk');
  const reason = await mountSharing(place);
  if (reason !== undefined) return context.skip(`no Btrfs or XFS can be mounted here, so nothing is tested: ${reason}`);
  const model = baseModel(400_000);
  const names = ['first', 'reflink', 'changed', 'copy'].map((name) => join(place, `${name}.safetensors`));
  const [first = '', reflink = '', changed = '', copy = ''] = names;
  await writeFile(first, model);
  execFileSync('sync');
  for (const path of [reflink, changed]) execFileSync('cp', ['--reflink=always', first, path]);
  execFileSync('cp', ['--reflink=never', first, copy]);
  const changedBytes = 64 * 4096;
  await using handle = await open(changed, 'r+');
  await handle.write(new Uint8Array(changedBytes).fill(7), 0, changedBytes, 2 ** 18);
  execFileSync('sync');

  const { models, bytes, sharedBlocks } = await scanZoo({ roots: [place] }, { signal });
  expect(sharedBlocks).toBe('told');
  // Whatever is there first in the order of names has the blocks: "changed", then "copy" by itself, then "first".
  expect(models.map(({ id, sharedBytes }) => [id, sharedBytes])).toEqual([
    ['changed.safetensors', undefined],
    ['copy.safetensors', undefined],
    ['first.safetensors', model.length - changedBytes],
    ['reflink.safetensors', model.length],
  ]);
  expect(bytes).toBe(4 * model.length - (2 * model.length - changedBytes));
});

test('copies that share no blocks count in full', async () => {
  const folder = await folderWith({ 'a.safetensors': baseModel(40_000), 'b.safetensors': baseModel(40_000) });
  const { models, bytes } = await scanZoo({ roots: [folder] }, { signal });
  expect(models.map(({ sharedBytes }) => sharedBytes)).toEqual([undefined, undefined]);
  expect(bytes).toBe(models.reduce((sum, model) => sum + model.bytes, 0));
});
