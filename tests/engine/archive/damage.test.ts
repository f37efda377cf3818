import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compress, DamagedArchiveError, restore, verify } from '../../../src/engine/index.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixedModel } from '../../support/mixed-model.ts';
import { readArchive } from '../../support/read-archive.ts';
import { randomNumbers } from '../../support/streams.ts';

let folder: string;
let original: Uint8Array;
let archive: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'featherweight-damage-'));
  original = mixedModel(120);
  await writeFile(join(folder, 'm.safetensors'), original);
  await finish(
    compress({ input: join(folder, 'm.safetensors'), output: join(folder, 'm.fwz'), preset: 'smallest' }, context()),
  );
  archive = new Uint8Array(await readFile(join(folder, 'm.fwz')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function outcome(bytes: Uint8Array): Promise<'damaged' | 'silent'> {
  try {
    await readArchive(bytes);
    return 'silent';
  } catch (error) {
    if (error instanceof DamagedArchiveError) return 'damaged';
    throw error;
  }
}

describe('a damaged archive', () => {
  test('is whole before it is damaged', async () => {
    const files = await readArchive(archive);
    expect(Buffer.compare(files.get('m.safetensors') ?? Buffer.alloc(0), original)).toBe(0);
  });

  test('is reported for every single flipped bit', async () => {
    const silent: number[] = [];
    for (let bit = 0; bit < archive.length * 8; bit++) {
      archive[bit >> 3] = (archive[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if ((await outcome(archive)) === 'silent') silent.push(bit);
      archive[bit >> 3] = (archive[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
    expect(silent).toEqual([]);
  });

  test('is reported for every truncation and for anything behind it', async () => {
    for (let length = 0; length < archive.length; length++)
      expect(await outcome(archive.subarray(0, length)), `cut to ${length}`).toBe('damaged');
    expect(await outcome(Buffer.concat([archive, Uint8Array.of(0)]))).toBe('damaged');
  });

  test('is told by its place, also by restore, which looks at checksums only then', async () => {
    const path = join(folder, 'placed.fwz');
    await writeFile(join(folder, 'large.safetensors'), mixedModel(8000));
    await finish(compress({ input: join(folder, 'large.safetensors'), output: path }, context()));
    const damaged = await readFile(path);
    damaged[20] = (damaged[20] ?? 0) ^ 4;
    await writeFile(path, damaged);
    const expected = { code: 'DAMAGED', facts: { archiveOffset: 5 } };
    await expect(finish(restore({ archive: path, output: join(folder, 'x') }, context()))).rejects.toMatchObject(
      expected,
    );
    await expect(finish(verify({ archive: path }, context()))).rejects.toMatchObject(expected);
  });

  test('is reported by verify and by restore, which leaves nothing behind', async () => {
    const random = randomNumbers(5);
    for (let round = 0; round < 12; round++) {
      const damaged = archive.slice(0, round % 3 === 0 ? Math.floor(random() * archive.length) : archive.length);
      const at = Math.floor(random() * damaged.length);
      if (damaged.length === archive.length) damaged[at] = (damaged[at] ?? 0) ^ (1 << (round & 7));
      const path = join(folder, 'damaged.fwz');
      await writeFile(path, damaged);
      await expect(finish(verify({ archive: path }, context()))).rejects.toMatchObject({ code: 'DAMAGED' });
      const output = join(folder, 'restored.bin');
      await expect(finish(restore({ archive: path, output }, context()))).rejects.toMatchObject({ code: 'DAMAGED' });
      await expect(readFile(output)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(readFile(`${output}.fw-partial`)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});
