import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Preset } from '../../../src/engine/codecs/codec.ts';
import { compress, restore } from '../../../src/engine/index.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { considerContexts } from '../../../src/engine/planner/contexts.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { gaussians } from '../../support/streams.ts';

// One for all jobs, so that threads are started once.
const { spawnWorker } = context();

async function archiveBytes(bytes: Uint8Array, presets: readonly Preset[]): Promise<number[]> {
  const folder = await folderWith({ 'data.bin': bytes });
  const sizes: number[] = [];
  for (const preset of presets) {
    const [archive, output] = [join(folder, `${preset}.fwz`), join(folder, preset)];
    await finish(compress({ input: join(folder, 'data.bin'), output: archive, preset }, { spawnWorker }));
    await finish(restore({ archive, output }, { spawnWorker }));
    expect(Buffer.compare(await readFile(output), bytes)).toBe(0);
    sizes.push((await stat(archive)).size);
  }
  return sizes;
}

/** Round spots of many sizes on a ground with a little noise, in images of 28 by 28. */
function images(count: number): Uint8Array {
  const noise = gaussians(count * 784, 1, 5);
  return Uint8Array.from(noise, (value, at) => {
    const [image, row, column] = [Math.floor(at / 784), Math.floor(at / 28) % 28, at % 28];
    const distance = Math.hypot(row - 14, column - 8 - (image % 12)) - 4 - (image % 7);
    return Math.max(0, Math.min(255, Math.round(distance > 1 ? 3 * value : 200 - 60 * distance + 8 * value)));
  });
}

test('smallest is never larger than balanced, whatever a small file holds', async () => {
  const text = Array.from({ length: 400 }, (_, line) => `line ${line * 7919} of ${line % 13} things\n`).join('');
  const files = {
    settings: Buffer.from('{"hidden_size":256,"layers":8,"heads":4,"vocabulary":2048,"rope":10000,"eps":1e-5}\n'),
    words: Buffer.from(text),
    page: Buffer.from(text.slice(0, 1500)),
    labels: Uint8Array.from({ length: 5000 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 30),
    picture: images(20),
    numbers: new Uint8Array(gaussians(3000, 1).buffer),
  };
  for (const [name, bytes] of Object.entries(files)) {
    const [balanced = 0, smallest = 0] = await archiveBytes(bytes, ['balanced', 'smallest']);
    expect(smallest, name).toBeLessThanOrEqual(balanced);
  }
});

test('images of unknown kind take less than the strongest general compressor needs, by bytes left and above', async () => {
  const bytes = images(300);
  const peer = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length;
  for (const size of await archiveBytes(bytes, ['balanced', 'smallest'])) expect(size).toBeLessThan(0.95 * peer);
});

test('bytes in one single row are coded as bytes without rows: there is no other to tell it from', () => {
  const bytes = Uint8Array.from(gaussians(4000, 1, 7), (value, at) => Math.round(value * (at < 2000 ? 4 : 40)));
  const piece = { bytes, width: 1 } as const;
  const excerpt = { piece, dtype: 'I8', streamLength: bytes.length } as const;
  const workspace = new Workspace(2 ** 24);
  const planned = (rows: readonly number[], preset: Preset) =>
    considerContexts({ id: 'store' }, excerpt, rows, preset, workspace);
  for (const preset of ['balanced', 'smallest'] as const) {
    expect(planned([4000], preset)).toEqual(planned([], preset));
    expect(planned([2000], preset)).not.toEqual(planned([], preset));
  }
});
