import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, restore } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { npyFile, npyHeader } from '../../support/numpy.ts';
import { gaussians } from '../../support/streams.ts';

/** What an array of these weights, told by `descr`, comes to; its file comes back as it was. */
async function archiveBytes(descr: string, weights: Uint8Array, elements: number): Promise<number> {
  const file = npyFile(npyHeader(`'${descr}'`, `(${elements},)`), weights);
  const folder = await folderWith({ 'weights.npy': file });
  const [archive, output] = [join(folder, 'out.fwz'), join(folder, 'back.npy')];
  const { report } = await finish(compress({ input: join(folder, 'weights.npy'), output: archive }, context()));
  await finish(restore({ archive, output }, context()));
  expect(Buffer.compare(await readFile(output), file)).toBe(0);
  return report.bytesOut;
}

test.each(['f4', 'f8'])('big-endian numbers (%s) take little more than little-endian ones', async (word) => {
  const elements = 40_000;
  const values = gaussians(elements, 1).map((value) => value * 0.02);
  const little = new Uint8Array((word === 'f4' ? Float32Array.from(values) : Float64Array.from(values)).buffer);
  const big = Buffer.from(little);
  if (word === 'f4') big.swap32();
  else big.swap64();
  const [least, coded] = [
    await archiveBytes(`<${word}`, little, elements),
    await archiveBytes(`>${word}`, big, elements),
  ];
  expect(least).toBeLessThan(little.length * 0.95);
  expect(coded).toBeLessThan(least * 1.015);
});
