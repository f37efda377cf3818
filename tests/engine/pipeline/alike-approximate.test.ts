import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compress, restore, verify } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixtureOfExperts, stackedExperts, underUntellingNames, type MixtureShape } from '../../support/mixture.ts';

const shape: MixtureShape = { experts: 3, hidden: 96, intermediate: 192, dtype: 'F32' };
const approximate = { default: { method: 'grid' } };

/** What a file becomes: bytes of its archive, and what that restores to, without the header that has the names. */
async function approximated(file: Uint8Array, wide = false) {
  const folder = await folderWith({ 'model.safetensors': file });
  const path = (name: string): string => join(folder, name);
  const [input, archive, output] = [path('model.safetensors'), path('model.fwz'), path('back')];
  const { report } = await finish(compress({ input, output: archive, approximate, threads: wide ? 2 : 1 }, context()));
  await finish(restore({ archive, output }, context()));
  await finish(verify({ archive, against: input }, context()));
  const numbers = (await readFile(output)).subarray(-tensorBytes(file));
  return { bytes: await readFile(archive), report, numbers, folder, archive };
}

function tensorBytes(file: Uint8Array): number {
  return file.length - 8 - Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
}

describe('approximated experts that are alike', () => {
  const apart = (noise?: number) => mixtureOfExperts({ ...shape, ...(noise !== undefined && { noise }) });
  const stacked = (noise?: number) => stackedExperts({ ...shape, ...(noise !== undefined && { noise }) }, 'turns');
  test.each([
    ['tensors of their own', apart, 0, 0.36],
    ['tensors of their own', apart, 1e-3, 0.5],
    ['slices', stacked, 0, 0.36],
    ['slices', stacked, 1e-3, 0.5],
  ])('as %s, are differences and restore to the same as alone', async (_, make, noise, share) => {
    const alike = await approximated(make(noise));
    const unlike = await approximated(make());
    expect(alike.bytes.length).toBeLessThan(share * unlike.bytes.length);
    expect(alike.report.tensors.some(({ leansOn }) => leansOn)).toBe(true);
    const alone = await approximated(underUntellingNames(make(noise)));
    expect(alone.report.tensors.some(({ leansOn }) => leansOn)).toBe(false);
    expect(Buffer.compare(alike.numbers, alone.numbers)).toBe(0);
    alike.report.tensors.forEach(({ approximation }, place) => {
      const expected = alone.report.tensors[place]?.approximation?.loss.relativeL2;
      expect(approximation?.loss.relativeL2).toBeCloseTo(expected ?? NaN, 9);
    });
  });

  test('are the same on more threads, and each comes back alone', async () => {
    const file = stackedExperts({ ...shape, noise: 1e-3 }, 'apart');
    const { bytes, numbers, archive, folder, report } = await approximated(file);
    expect(Buffer.compare((await approximated(file, true)).bytes, bytes)).toBe(0);
    const tensor = report.tensors.at(-1)!;
    const output = join(folder, 'tensor');
    await finish(restore({ archive, tensor: tensor.name, output }, context()));
    expect(Buffer.compare(await readFile(output), numbers.subarray(-tensor.bytesIn))).toBe(0);
  });

  test('are rounded as finely in one tensor as in tensors of their own', async () => {
    const losses = async (file: Uint8Array) =>
      (await approximated(file)).report.tensors.map(({ approximation }) => approximation?.loss.relativeL2 ?? NaN);
    const own = await losses(mixtureOfExperts(shape));
    for (const loss of await losses(stackedExperts(shape, 'apart'))) {
      expect(loss).toBeGreaterThan(0.98 * Math.min(...own));
      expect(loss).toBeLessThan(1.02 * Math.max(...own));
    }
  });

  test('are told without one another where nothing is alike', async () => {
    const file = stackedExperts(shape, 'halves');
    const { bytes } = await approximated(file);
    const alone = await approximated(underUntellingNames(file));
    expect(Math.abs(bytes.length - alone.bytes.length)).toBeLessThan(64);
  });
});
