import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirroredShare } from '../../../src/engine/codecs/mirror/kernel.ts';
import { compress, restore } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';

const [rows, columns] = [130, 128];

/** A windowed Fourier basis, as speech models carry it. */
function basis(): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), Math.min(at % columns, (columns - (at % columns)) % columns)];
    const window = Math.sin((Math.PI * column) / columns) ** 2;
    const sign = at % columns > columns / 2 && row % 2 ? -1 : 1;
    return sign * window * (row % 2 ? Math.sin : Math.cos)((2 * Math.PI * (row >> 1) * column) / columns);
  });
}

test('tells mirrored rows from others', () => {
  const bytes = new Uint8Array(basis().buffer);
  expect(mirroredShare(bytes, 4, { period: columns, alone: 1 })).toBe(1);
  expect(mirroredShare(bytes, 4, { period: columns, alone: 0 })).toBeLessThan(0.5);
  expect(mirroredShare(bytes, 4, { period: columns - 1, alone: 1 })).toBeLessThan(0.5);
});

test('a table of a transform is stored as little more than half of it', async () => {
  const { spawnWorker } = context();
  const data = new Uint8Array(basis().buffer);
  const header = JSON.stringify({
    basis: { dtype: 'F32', shape: [rows, 1, columns], data_offsets: [0, data.length] },
  });
  const length = new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer);
  const bytes = Buffer.concat([length, Buffer.from(header), data]);
  const folder = await folderWith({ 'table.safetensors': bytes });
  const sizes = new Map<string, number>();
  for (const preset of ['quick', 'balanced', 'smallest'] as const) {
    const [archive, output] = [join(folder, `${preset}.fwz`), join(folder, preset)];
    await finish(compress({ input: join(folder, 'table.safetensors'), output: archive, preset }, { spawnWorker }));
    await finish(restore({ archive, output }, { spawnWorker }));
    expect(Buffer.compare(await readFile(output), bytes)).toBe(0);
    sizes.set(preset, (await stat(archive)).size);
  }
  expect(sizes.get('balanced')).toBeLessThan(0.7 * (sizes.get('quick') ?? 0));
  expect(sizes.get('smallest')).toBeLessThanOrEqual(sizes.get('balanced') ?? 0);
});
