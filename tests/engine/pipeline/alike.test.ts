import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';

test('a file whose blocks are all alike is proved, though their checksums are longer than all words about them', async () => {
  const folder = await folderWith({ 'zeros.bin': '' });
  const input = join(folder, 'zeros.bin');
  const size = 320 * 2 ** 20;
  await truncate(input, size);
  const { report } = await finish(compress({ input, preset: 'quick' }, context()));
  expect(report.bytesIn).toBe(size);
  expect(report.bytesOut).toBeLessThan(6000);
});
