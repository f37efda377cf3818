import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Archive } from '../../../src/engine/archive/archive.ts';
import { innerParts } from '../../../src/engine/archive/inner-base.ts';
import { compress, estimate, restore, verify } from '../../../src/engine/index.ts';
import { safetensors } from '../../../src/engine/formats/safetensors/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import type { ByteSource } from '../../../src/engine/io/source.ts';
import { assign } from '../../../src/engine/pipeline/inner-base/assign.ts';
import { findLikenesses } from '../../../src/engine/pipeline/inner-base/find.ts';
import { innerBytes } from '../../../src/engine/pipeline/inner-base/needs.ts';
import { nearestNeurons } from '../../../src/engine/pipeline/inner-base/nearest.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixtureOfExperts, underUntellingNames } from '../../support/mixture.ts';
import { gaussians, randomNumbers } from '../../support/streams.ts';

const shape = { experts: 3, hidden: 96, intermediate: 160 };

/** The archive of a file, and how many bytes it takes under names that tell of no experts or layers. */
async function archiveOf(file: Uint8Array) {
  const folder = await folderWith({ 'model.safetensors': file, 'untold.safetensors': underUntellingNames(file) });
  const compressed = async (name: string): Promise<Buffer> => {
    const output = join(folder, `${name}.fwz`);
    await finish(compress({ input: join(folder, `${name}.safetensors`), output }, context()));
    return await readFile(output);
  };
  const bytes = await compressed('model');
  const archive = await Archive.open(memorySource(bytes), { indexBytes: 2 ** 22 });
  const orders = new Set(archive.inner.flatMap(({ order }) => (order ? [order] : []))).size;
  return { bytes, orders, archive, untold: (await compressed('untold')).length };
}

describe('experts that nearly equal another one whose neurons stand in another order', () => {
  test.each([
    [0, 0.5],
    [1e-3, 0.6],
    [0.1, 0.95],
  ])('with noise of %d are stored as differences, and come back from the archive alone', async (noise, share) => {
    const file = mixtureOfExperts({ ...shape, noise });
    const { bytes, orders, untold } = await archiveOf(file);
    expect(bytes.length).toBeLessThan(share * untold);
    expect(orders).toBe(2);
    const alone = await folderWith({ 'model.fwz': bytes });
    const archive = join(alone, 'model.fwz');
    const back = join(alone, 'back.safetensors');
    await finish(restore({ archive, output: back }, context()));
    expect(Buffer.compare(await readFile(back), file)).toBe(0);
    const { report } = await finish(verify({ archive, against: back }, context()));
    expect(report.proved).toContain('original');
    const tensor = 'model.layers.0.mlp.experts.2.down_proj.weight';
    await finish(restore({ archive, tensor, output: join(alone, 'tensor') }, context()));
    const length = 2 * shape.hidden * shape.intermediate;
    expect(Buffer.compare(await readFile(join(alone, 'tensor')), file.subarray(-length))).toBe(0);
  });

  test('cost nothing where there are none', async () => {
    const { bytes, archive, untold } = await archiveOf(mixtureOfExperts(shape));
    expect(archive.inner).toHaveLength(0);
    expect(Math.abs(bytes.length - untold)).toBeLessThan(48);
  });
});

describe('layers that nearly equal another one', () => {
  test.each([
    ['with their neurons in its order', { noise: 1e-3, isInOrder: true }, 0, 0.6],
    ['far from it', { noise: 0.1, isInOrder: true }, 0, 0.95],
    ['with their neurons in another order', { noise: 1e-3 }, 2, 0.6],
  ])('%s are stored as differences', async (_, layers, many, share) => {
    const file = mixtureOfExperts({ ...shape, areLayers: true, ...layers });
    const { bytes, orders, untold } = await archiveOf(file);
    expect(bytes.length).toBeLessThan(share * untold);
    expect(orders).toBe(many);
    const alone = await folderWith({ 'model.fwz': bytes });
    await finish(restore({ archive: join(alone, 'model.fwz'), output: join(alone, 'back') }, context()));
    expect(Buffer.compare(await readFile(join(alone, 'back')), file)).toBe(0);
  });

  test('may be those that a base has, where only they do', async () => {
    const mixture = { ...shape, areLayers: true, isInOrder: true, noise: 1e-3 };
    const file = mixtureOfExperts({ ...mixture, experts: 4 });
    // The file of the first two layers, whose numbers are the same.
    const folder = await folderWith({
      'deep.safetensors': file,
      'base.safetensors': mixtureOfExperts({ ...mixture, experts: 2 }),
    });
    const [input, output, back] = [join(folder, 'deep.safetensors'), join(folder, 'deep.fwz'), join(folder, 'back')];
    const { report } = await finish(compress({ input, output, bases: [join(folder, 'base.safetensors')] }, context()));
    for (const { name, leansOn = [] } of report.tensors) {
      const isNew = /layers\.[23]\./.test(name);
      expect(leansOn).toEqual([isNew ? { to: name.replace(/\d/, '0') } : { to: 'base.safetensors', isBase: true }]);
    }
    await finish(restore({ archive: output, output: back }, context()));
    expect(Buffer.compare(await readFile(back), file)).toBe(0);
  });

  test('are none where nothing is alike', async () => {
    const { archive } = await archiveOf(mixtureOfExperts({ ...shape, areLayers: true }));
    expect(archive.inner).toHaveLength(0);
  });
});

describe('what likeness saves, and takes', () => {
  test.each([
    ['small matrices', shape],
    ['matrices of several blocks', { experts: 3, hidden: 384, intermediate: 1536 }],
  ])('is foreseen of %s', async (_, size) => {
    const folder = await folderWith({ 'model.safetensors': mixtureOfExperts({ ...size, noise: 1e-2 }) });
    const input = join(folder, 'model.safetensors');
    const { presets, bytes } = await estimate({ input, presets: ['balanced', 'quick'], seconds: 100 }, context());
    for (const { preset, bytesOut } of presets) {
      const output = join(folder, `${preset}.fwz`);
      const { report } = await finish(compress({ input, output, preset }, context()));
      expect(Math.abs(bytesOut - report.bytesOut) / bytes, preset).toBeLessThan(0.01);
    }
    const [balanced, quick] = presets;
    expect(balanced!.bytesOut).toBeLessThan(0.75 * quick!.bytesOut);
  });

  test('counts as room that restoring needs', async () => {
    const { archive } = await archiveOf(mixtureOfExperts({ ...shape, noise: 1e-3 }));
    const matrix = 2 * shape.hidden * shape.intermediate;
    const whole = archive.files.map(({ bytes: length }, file) => ({ file, offset: 0, length }));
    // Three matrices, each in two other orders, and one as it is decoded.
    expect(innerBytes(archive, whole)).toBe(7 * matrix);
    const one = archive.tensors.find(({ name }) => name.endsWith('experts.2.down_proj.weight'));
    expect(innerBytes(archive, [{ file: 0, offset: one!.offset, length: one!.byteLength }])).toBe(2 * matrix);
    const alone = archive.tensors.find(({ name }) => name.endsWith('experts.0.down_proj.weight'));
    expect(innerBytes(archive, [{ file: 0, offset: alone!.offset, length: alone!.byteLength }])).toBe(0);
  });
});

test('experts that have nothing in common are hardly read', async () => {
  const experts = 24;
  const whole = memorySource(mixtureOfExperts({ experts, hidden: 32, intermediate: 256 }));
  const layout = await safetensors.scan(whole, { headerBytes: 2 ** 20 });
  let reads = 0;
  const source: ByteSource = {
    ...{ name: whole.name, size: whole.size },
    read: (offset, target) => {
      reads++;
      return whole.read(offset, target);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  expect(await findLikenesses([{ source, layout }], { signal: new AbortController().signal })).toEqual([]);
  // Two rows of each matrix; of the first nine the numbers of all neurons, by columns, either way round.
  expect(reads).toBeLessThanOrEqual(2 * 3 * experts + 3 * 9);
});

test('neurons are found in another unit, among very many', async () => {
  const [count, length] = [600, 40];
  const numbers = Float32Array.from(gaussians(count * length, 1 / Math.sqrt(length), 5));
  const other = { count, length, numbers };
  const noise = gaussians(count * length, 0.1 / Math.sqrt(length), 6);
  const from = (row: number): number => (row * 7) % count;
  const moved = noise.map((one, at) => one + (numbers[from(Math.floor(at / length)) * length + (at % length)] ?? 0));
  const one = { count, length, numbers: Float32Array.from(moved) };
  const expected = Array.from({ length: count }, (_, row) => from(row));
  expect(await nearestNeurons(one, other, new AbortController().signal)).toEqual(expected);
  const stopped = AbortSignal.abort(new Error('Stopped.'));
  await expect(nearestNeurons(one, other, stopped)).rejects.toThrow(/Stopped/);
});

test('rows are assigned to columns as the best of all permutations does', async () => {
  const { signal } = new AbortController();
  const next = randomNumbers(3);
  for (let round = 0; round < 60; round++) {
    const size = 1 + (round % 6);
    const numbers = Array.from({ length: size }, () => Array.from({ length: size }, () => Math.round(8 * next())));
    const worth = (columns: readonly number[]): number =>
      columns.reduce((sum, column, row) => sum + (numbers[row]?.[column] ?? 0), 0);
    const found = await assign((row, column) => numbers[row]?.[column] ?? 0, Array<number>(size).fill(0), signal);
    expect([...found].sort()).toEqual(Array.from({ length: size }, (_, place) => place));
    expect(worth(found)).toBeGreaterThanOrEqual(Math.max(...permutations(size).map(worth)) - 1e-9);
  }
  // Many rows, each like a column of its own but for the last ones, which are like the same one.
  const order = Array.from({ length: 500 }, (_, place) => (place * 7) % 500);
  const like = (row: number, column: number): number => (column === order[Math.min(row, 497)] ? 1 : 0);
  const best = Array.from(order, (_, row) => order[Math.min(row, 497)] ?? 0);
  const found = await assign(like, best, signal);
  expect(new Set(found).size).toBe(500);
  expect(found.slice(0, 497)).toEqual(order.slice(0, 497));
  // So many that are all like the same one take turns with a stop.
  const same = Array<number>(500).fill(0);
  expect(new Set(await assign(like, same, signal)).size).toBe(500);
  await expect(assign(like, same, AbortSignal.abort(new Error('Stopped.')))).rejects.toThrow(/Stopped/);
});

function permutations(size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return permutations(size - 1).flatMap((rest) =>
    Array.from({ length: size }, (_, place) => rest.toSpliced(place, 0, size - 1)),
  );
}

test.each([
  ['uneven columns', { axes: [] }],
  ['no matrix', { tensors: [7] }],
  ['no matrix', { axes: [2] }],
  ['order 1 of tensor 0 is none of 4', { permutations: [[0, 1, 2, 2]] }],
  ['order 1 of tensor 0 is none of 4', { permutations: [[0, 1, 2]] }],
  ['order 1 of tensor 0 is none of 4', { permutations: [] }],
])('a base of its own that contradicts its tensors is refused: %s', (words, wrong) => {
  const tensor = { name: 'w', dtype: 'F32', shape: [4, 3], offset: 0, byteLength: 48 };
  const right = { tensors: [0], axes: [0], orders: [1], permutations: [[3, 1, 0, 2]] };
  expect(innerParts(right, [tensor])).toMatchObject([{ rows: 4, columns: 3, width: 4, start: 0 }]);
  expect(() => innerParts({ ...right, ...wrong }, [tensor])).toThrow(words);
});
