import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compress, estimate, look } from '../../../../src/engine/index.ts';
import { memorySource } from '../../../../src/engine/io/memory-source.ts';
import { spread, stratify } from '../../../../src/engine/pipeline/estimate/strata.ts';
import { texturesOf } from '../../../../src/engine/pipeline/estimate/texture.ts';
import type { PlacedRun } from '../../../../src/engine/pipeline/cut/blueprint.ts';
import { fieldStatistics } from '../../../../src/engine/planner/field-statistics.ts';
import { numberStatistics } from '../../../../src/engine/planner/number-statistics.ts';
import { folderWith } from '../../../support/folder.ts';
import { context, finish } from '../../../support/jobs.ts';
import { headerText, safetensorsFile } from '../../../support/safetensors.ts';

const sample = fileURLToPath(new URL('../../../../samples/digits.safetensors', import.meta.url));

test('a small model is coded whole, and the estimate is what compressing comes to', async () => {
  const folder = await folderWith({});
  const { presets, bytes, sampledBytes, tensors } = await estimate({ input: sample }, context());
  expect(sampledBytes).toBe(bytes);
  expect(tensors.length).toBeGreaterThan(0);
  for (const { preset, bytesOut, low, high } of presets) {
    const { report } = await finish(
      compress({ input: sample, preset, output: join(folder, `${preset}.fwz`) }, context()),
    );
    expect(Math.abs(bytesOut - report.bytesOut) / bytes).toBeLessThan(0.001);
    expect([low <= report.bytesOut, report.bytesOut <= high]).toEqual([true, true]);
  }
});

test.each([0, 3, 100, 3000])(
  'of %d bytes of noise no archive is foreseen that could not hold its own frame',
  async (count) => {
    const folder = await folderWith({ 'noise.bin': randomBytes(count) });
    const input = join(folder, 'noise.bin');
    const { presets } = await estimate({ input }, context());
    const { report } = await finish(compress({ input }, context()));
    for (const { low, bytesOut, high } of presets) {
      expect(low).toBeGreaterThan(40);
      expect([low <= report.bytesOut, report.bytesOut <= high, bytesOut > count]).toEqual([true, true, true]);
    }
  },
);

test('of a larger model a part is coded, and the real size lies within a point of the estimate', async () => {
  const folder = await folderWith({});
  const base = noisyWeights(2 ** 21, 0.02, 1);
  const weights = Array.from({ length: 10 }, (_, layer) => ({
    name: `layer.${layer}`,
    bytes: scaled(base, layer),
  }));
  const input = join(folder, 'model.safetensors');
  await writeFile(input, modelOf(weights));
  const seen: number[] = [];
  const progress = (sampledBytes: number) => seen.push(sampledBytes);
  const estimated = await estimate({ input, presets: ['quick'], seconds: 0, progress }, context());
  expect(estimated.sampledBytes).toBeLessThan(estimated.bytes);
  expect(seen.at(-1)).toBe(estimated.sampledBytes);
  const { report } = await finish(compress({ input, preset: 'quick' }, context()));
  const [quick] = estimated.presets;
  expect(Math.abs(quick!.bytesOut - report.bytesOut) / report.bytesIn).toBeLessThan(0.01);
});

test('an estimate stops when it is told to, and names what it cannot read', async () => {
  await expect(estimate({ input: sample }, context(AbortSignal.abort()))).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(estimate({ input: `${sample}.none` }, context())).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a sample is spread evenly, and in the end holds every block once', () => {
  const stream = { width: 2, dtype: 'BF16' } as const;
  const run = (length: number, isReference = false) => ({ length, stream, isReference }) as PlacedRun;
  const strata = stratify([[run(50), run(1000), run(10, true)], [run(30)]], 10);
  const [all] = strata.filter(({ units }) => units.length > 20);
  expect(strata.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(1080);
  const order = [...spread(all!)];
  expect(new Set(order).size).toBe(all!.units.length);
  const firstTen = order.slice(0, 10).map((unit) => Math.floor((10 * all!.units.indexOf(unit)) / all!.units.length));
  expect(new Set(firstTen).size).toBeGreaterThanOrEqual(8);
});

test('a mask among weights of its type is sampled for itself, since it shrinks otherwise', async () => {
  const [length, mask] = [2 ** 18, new Float32Array(2 ** 16)];
  for (let row = 0; row < 256; row++) mask.fill(-1e9, row * 256 + row + 1, (row + 1) * 256);
  const parts = [noisyWeights(length / 2, 1, 3), new Uint8Array(mask.buffer), noisyWeights(length / 2, 1, 5)];
  const source = memorySource(Buffer.concat(parts));
  const stream = { width: 2, dtype: 'BF16' } as const;
  const runs = parts.map((_, place) => ({ file: 0, offset: place * length, length, stream }) as PlacedRun);
  const textures = await texturesOf([{ source }], runs, new AbortController().signal);
  const strata = stratify([runs], length, textures).map(({ units }) => units.map(({ run }) => runs.indexOf(run)));
  expect(strata).toEqual([[0, 2], [1]]);
});

test('a look tells what the bits of a tensor hold', async () => {
  const folder = await folderWith({});
  const input = join(folder, 'model.safetensors');
  const bytes = noisyWeights(2 ** 16, 1, 3);
  await writeFile(input, modelOf([{ name: 'w', bytes }]));
  const seen = await look({ input, file: 'model.safetensors', name: 'w' }, context());
  expect(seen.fields.map(({ name, bits }) => [name, bits])).toEqual([
    ['sign', 1],
    ['exponent', 8],
    ['mantissa', 7],
  ]);
  const [sign, exponent, mantissa] = seen.fields;
  expect(sign!.entropy).toBeGreaterThan(0.99);
  expect(exponent!.entropy).toBeLessThan(4);
  expect(Math.abs(exponent!.achieved! - exponent!.entropy)).toBeLessThan(0.5);
  expect(mantissa!.entropy).toBeGreaterThan(6.5);
  expect(seen.floorBits).toBeCloseTo(sign!.entropy + exponent!.entropy + mantissa!.entropy, 9);
  expect(seen.reachedBits).toBeLessThan(16);
  expect(seen.exponents.reduce((sum, { count }) => sum + count, 0)).toBe(seen.elements);
  expect(seen.numbers?.statistics.mean).toBeCloseTo(0, 1);
  await expect(look({ input, file: 'model.safetensors', name: 'none' }, context())).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('entropies are those of the fields: constant bits have none, fair bits all', () => {
  const constant = new Uint8Array(new Float32Array(1000).fill(1.5).buffer);
  expect(fieldStatistics(constant, 'F32', 4).fields.map(({ entropy }) => entropy)).toEqual([0, 0, 0]);
  const every = Uint8Array.from({ length: 2048 }, (_, place) => place & 255);
  const [byte] = fieldStatistics(every, 'U8', 1).fields;
  expect(byte?.entropy).toBeCloseTo(8, 6);
  expect(fieldStatistics(new Uint8Array(0), 'BF16', 2).fields.map(({ entropy }) => entropy)).toEqual([0, 0, 0]);
});

test('statistics leave out what is not finite and count it', () => {
  const values = new Float32Array([1, -1, 0, Infinity, NaN, 3]);
  const seen = numberStatistics(new Uint8Array(values.buffer), 'F32');
  expect(seen?.statistics).toMatchObject({ min: -1, max: 3, mean: 0.75, zeros: 1, notFinite: 2 });
  expect(seen?.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(numberStatistics(new Uint8Array(8), 'Q4_0')).toBeUndefined();
  expect(numberStatistics(new Uint8Array(new Float32Array([NaN]).buffer), 'F32')).toBeUndefined();
});

function modelOf(parts: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array {
  let end = 0;
  const tensors = parts.map(({ name, bytes: { length } }) => {
    const begin = end;
    end += length;
    return { name, dtype: 'BF16', shape: [length / 2], begin, end };
  });
  return safetensorsFile(headerText(tensors), Buffer.concat(parts.map(({ bytes }) => bytes)));
}

/** The same BF16 words times a power of two, which other bits come to. */
function scaled(bytes: Uint8Array, power: number): Uint8Array {
  const words = new Uint16Array(new Uint8Array(bytes).buffer);
  return new Uint8Array(words.map((word) => word + power * 128).buffer);
}

/** BF16 words of sums of random numbers, near a normal distribution; deterministic. */
function noisyWeights(count: number, spread: number, seed: number): Uint8Array {
  let state = seed * 2654435761;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const floats = Float32Array.from({ length: count }, () => spread * (random() + random() + random() - 1.5));
  const words = new Uint32Array(floats.buffer);
  return new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);
}
