import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Archive } from '../../../src/engine/archive/archive.ts';
import { innerParts } from '../../../src/engine/archive/inner-base.ts';
import { compress, estimate, restore, verify } from '../../../src/engine/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { roomMeanwhile } from '../../../src/engine/pipeline/inner-base/room.ts';
import { innerBytes } from '../../../src/engine/pipeline/inner-base/needs.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { stackedExperts, type MixtureShape, type Stacking } from '../../support/mixture.ts';

const shape = { experts: 3, hidden: 96, intermediate: 160 };

async function compressed(mixture: MixtureShape, stacking: Stacking, layers?: number) {
  const file = stackedExperts(mixture, stacking, layers);
  const folder = await folderWith({ 'model.safetensors': file });
  const [input, output] = [join(folder, 'model.safetensors'), join(folder, 'model.fwz')];
  const { report } = await finish(compress({ input, output }, context()));
  const bytes = await readFile(output);
  return { file, bytes, report, archive: await Archive.open(memorySource(bytes), { indexBytes: 2 ** 22 }) };
}

describe('experts in one tensor that nearly equal another one whose neurons stand in another order', () => {
  test.each([
    ['apart', 0, 2, 0.37],
    ['apart', 1e-3, 2, 0.5],
    ['halves', 1e-3, 4, 0.5],
    ['turns', 0.1, 4, 0.9],
  ] as const)(
    '%s, with noise of %d, are stored as differences, and come back',
    async (stacking, noise, orders, share) => {
      const { file, bytes, archive, report: told } = await compressed({ ...shape, noise }, stacking);
      for (const { name, leansOn } of told.tensors) expect(leansOn).toEqual([{ to: `${name}[0]`, slices: [1, 2] }]);
      const unlike = await compressed(shape, stacking);
      expect(unlike.archive.inner).toHaveLength(0);
      expect(bytes.length).toBeLessThan(share * unlike.bytes.length);
      expect(new Set(archive.inner.map(({ order }) => order)).size).toBe(orders);
      const alone = await folderWith({ 'model.fwz': bytes });
      const [path, back] = [join(alone, 'model.fwz'), join(alone, 'back.safetensors')];
      await finish(restore({ archive: path, output: back }, context()));
      expect(Buffer.compare(await readFile(back), file)).toBe(0);
      const { report } = await finish(verify({ archive: path, against: back }, context()));
      expect(report.proved).toContain('original');
      const last = archive.tensors.at(-1)!;
      await finish(restore({ archive: path, tensor: last.name, output: join(alone, 'tensor') }, context()));
      const { offset, byteLength } = last;
      expect(Buffer.compare(await readFile(join(alone, 'tensor')), file.subarray(offset, offset + byteLength))).toBe(0);
    },
  );

  test('in one order are stored as differences too', async () => {
    const { bytes, archive } = await compressed({ ...shape, noise: 1e-3, isInOrder: true }, 'halves');
    expect(archive.inner.every(({ order }) => order === undefined)).toBe(true);
    expect(archive.inner).toHaveLength(4);
    expect(bytes.length).toBeLessThan(0.5 * (await compressed(shape, 'halves')).bytes.length);
  });

  test('are found in layers that are equal to others, which are stored once', async () => {
    const { experts, hidden, intermediate } = { ...shape, hidden: 64 };
    const mixture = { experts, hidden, intermediate, noise: 1e-3 };
    const one = await compressed(mixture, 'halves');
    // The second layer is a copy of the first: the header names other tensors for the same bytes.
    const data = one.file.subarray(-2 * 3 * experts * hidden * intermediate);
    const header = stackedExperts(mixture, 'halves', 2);
    const twice = Buffer.concat([header.subarray(0, header.length - 2 * data.length), data, data]);
    const folder = await folderWith({ 'model.safetensors': twice });
    const output = join(folder, 'model.fwz');
    const { report } = await finish(compress({ input: join(folder, 'model.safetensors'), output }, context()));
    expect(report.bytesOut).toBeLessThan(one.bytes.length + 1024);
    const back = join(folder, 'back.safetensors');
    await finish(restore({ archive: output, output: back }, context()));
    expect(Buffer.compare(await readFile(back), twice)).toBe(0);
  });
});

describe('stacked experts of a model that has a base', () => {
  const mixture = { ...shape, noise: 1e-3 };
  const file = stackedExperts(mixture, 'halves', 2);
  const layer = file.length / 2;
  const renamed = (bytes: Uint8Array): Uint8Array =>
    Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('gate_up_proj', 'gate_up_weig'), 'latin1');
  test.each([
    ['not', stackedExperts({ experts: 2, hidden: 32, intermediate: 64 }, 'apart'), 0.5, true, false],
    ['in one of two layers', stackedExperts(mixture, 'halves'), 0.26, true, true],
    ['both', file, 0.02, false, true],
    ['under another name', renamed(file), 0.02, false, true],
  ] as const)(
    'which has them %s, are told in the shorter way, and come back',
    async (_, base, share, ofItself, ofBase) => {
      const folder = await folderWith({ 'model.safetensors': file, 'base.safetensors': base });
      const path = (name: string): string => join(folder, name);
      const [input, output, back] = [path('model.safetensors'), path('model.fwz'), path('back')];
      const bases = [path('base.safetensors')];
      const { report } = await finish(compress({ input, output, bases }, context()));
      const unlike = (await compressed(shape, 'halves', 2)).bytes;
      expect(report.bytesOut).toBeLessThan(share * unlike.length);
      const leanings = report.tensors.flatMap(({ leansOn = [] }) => leansOn);
      expect(leanings.some(({ slices }) => slices !== undefined)).toBe(ofItself);
      expect(leanings.some(({ isBase }) => isBase === true)).toBe(ofBase);
      expect(report.bases !== undefined).toBe(ofBase);
      const taken = ofItself ? (ofBase ? layer : 2 * layer) * (2 / 3) : 0;
      const room = await roomMeanwhile(input, { preset: 'balanced', bases, signal: new AbortController().signal });
      expect(Math.abs(room - taken)).toBeLessThan(1000);
      await finish(restore({ archive: output, output: back }, context()));
      expect(Buffer.compare(await readFile(back), file)).toBe(0);
    },
  );
});

test('what likeness of slices saves is foreseen, and the room for it counted', async () => {
  const mixture = { experts: 3, hidden: 384, intermediate: 1024, noise: 1e-2 };
  const { file, report, archive } = await compressed(mixture, 'apart');
  const folder = await folderWith({ 'model.safetensors': file });
  const { presets } = await estimate(
    { input: join(folder, 'model.safetensors'), presets: ['balanced'], seconds: 100 },
    context(),
  );
  expect(Math.abs(presets[0]!.bytesOut - report.bytesOut) / file.length).toBeLessThan(0.01);
  const slice = 2 * mixture.hidden * mixture.intermediate;
  // Three matrices, each in two other orders, and one as it is decoded.
  expect(innerBytes(archive, [{ file: 0, offset: 0, length: file.length }])).toBe(7 * slice);
  const { offset } = archive.tensors[0]!;
  expect(innerBytes(archive, [{ file: 0, offset, length: slice }])).toBe(0);
  expect(innerBytes(archive, [{ file: 0, offset: offset + slice, length: slice }])).toBe(2 * slice);
});

test('a damaged base of slices is found', async () => {
  const { bytes, archive } = await compressed({ ...shape, noise: 1e-3 }, 'apart');
  const [part] = archive.inner;
  const { file, offset, byteLength } = part!.tensor;
  const [piece] = archive.pieces(file, offset, byteLength);
  const damaged = Buffer.from(bytes);
  const at = piece!.block.offset + 100;
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  const folder = await folderWith({ 'model.fwz': damaged });
  const asked = { archive: join(folder, 'model.fwz'), output: join(folder, 'back') };
  await expect(finish(restore(asked, context()))).rejects.toMatchObject({ code: 'DAMAGED' });
});

test.each([
  ['uneven columns', { slices: [1, 2] }],
  ['slice 4 of tensor 0 is no matrix', { slices: [4] }],
  ['slice 3 of tensor 1 is no matrix', { tensors: [1] }],
  ['order 1 of tensor 0 is none of 2', { permutations: [[0, 1, 2]] }],
])('a base of slices that contradicts its tensors is refused: %s', (words, wrong) => {
  const stack = { name: 'w', dtype: 'F32', shape: [3, 2, 4], offset: 8, byteLength: 96 };
  const matrix = { ...stack, shape: [3, 8], offset: 104 };
  const right = { tensors: [0], slices: [3], axes: [0], orders: [1], permutations: [[1, 0]] };
  const part = { rows: 2, columns: 4, width: 4, start: 0, tensor: { offset: 72, byteLength: 32 } };
  expect(innerParts(right, [stack, matrix])).toMatchObject([part]);
  expect(() => innerParts({ ...right, ...wrong }, [stack, matrix])).toThrow(words);
});
