import { join } from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { gridScale, isMultiple, roundingOf } from '../../../src/engine/exports/quantize/grid.ts';
import { compress, restore } from '../../../src/engine/index.ts';
import { nearestStep } from '../../../src/engine/quantizers/steps.ts';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { llama } from '../../support/llama.ts';
import { smallNetwork, weights } from '../../support/onnx-models.ts';

/** Archives whose numbers are multiples of steps, and the target that has codes enough for them. */
const archives = [
  ['onnx-int8', 'int', {}],
  ['onnx-int8', 'int', { bits: 6, scale: 'tensor' }],
  ['onnx-int8', 'int', { scale: 'group', group: 32 }],
  ['onnx-int8', 'int', { symmetric: false }],
  ['onnx-int8', 'grid', {}],
  ['onnx-int4', 'int', { bits: 4 }],
  ['onnx-int4', 'int', { bits: 4, scale: 'group', group: 16, symmetric: false }],
] as const;

const feeds = {
  x: new ort.Tensor('float32', weights(192, 20, 2), [1, 3, 8, 8]),
  ids: new ort.Tensor('int64', BigInt64Array.from([3n, 1n, 40n, 7n]), [4]),
  flag: new ort.Tensor('bool', Uint8Array.of(1), [1]),
};

/** What a network answers with all optimizations of the runtime. */
async function answers(path: string): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  try {
    return (await session.run(feeds))['y']?.data as Float32Array;
  } finally {
    await session.release();
  }
}

describe.each(archives)('%s of an archive by %s with %j', (target, method, options) => {
  test('is the model that the archive restores to, and answers as that does', async () => {
    const folder = await folderWith({ 'net.onnx': smallNetwork(13) });
    const [archive, restored] = [join(folder, 'net.fwz'), join(folder, 'restored.onnx')];
    const approximate = { default: { method, options }, automatic: false };
    await finish(compress({ input: join(folder, 'net.onnx'), output: archive, approximate }, context()));
    await finish(restore({ archive, output: restored }, context()));
    const { report } = await exported(archive, target, join(folder, 'new.onnx'));
    expect(report.tensors.filter(({ maxError }) => maxError !== 0)).toEqual([]);
    expect(report.tensors.filter(({ to }) => /^[IU]\d/.test(to)).length).toBeGreaterThan(3);
    const [wanted, found] = [await answers(restored), await answers(report.output)];
    for (const [place, value] of wanted.entries()) expect(found[place]).toBeCloseTo(value, 4);
  });
});

test('what an archive keeps stays as it is, though the target would take it', async () => {
  const folder = await folderWith({ 'net.onnx': smallNetwork(13) });
  const [input, archive] = [join(folder, 'net.onnx'), join(folder, 'net.fwz')];
  const { report: original } = await exported(input, 'onnx-int8');
  const [first] = original.tensors.filter(({ to }) => to === 'I8 per channel').map(({ name }) => name);
  const approximate = { default: { method: 'int' }, rules: [{ match: first ?? '', keep: true as const }] };
  await finish(compress({ input, output: archive, approximate }, context()));
  const { report } = await exported(archive, 'onnx-int8', join(folder, 'new.onnx'));
  const kept = report.tensors.find(({ name }) => name === first);
  expect(kept).toMatchObject({ to: 'F32', maxError: 0, why: 'the archive keeps it as it was' });
});

test('eight-bit rows of an archive are the codes of safetensors-int8', async () => {
  const folder = await folderWith({ 'model.safetensors': llama().file });
  const archive = join(folder, 'model.fwz');
  const approximate = { default: { method: 'int' } };
  await finish(compress({ input: join(folder, 'model.safetensors'), output: archive, approximate }, context()));
  const { report } = await exported(archive, 'safetensors-int8', join(folder, 'new.safetensors'));
  expect(report.tensors.filter(({ to }) => to === 'I8 per channel').length).toBeGreaterThan(3);
  expect(report.tensors.filter(({ maxError }) => maxError !== 0)).toEqual([]);
});

test('the grid of numbers that were restored from codes is found, however they were rounded', () => {
  const codes = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 40, maxLength: 200 });
  const level = fc.double({ min: -30, max: 3, noNaN: true });
  fc.assert(
    fc.property(codes, level, fc.constantFrom('F32', 'F16', 'BF16'), (some, octave, dtype) => {
      const round = roundingOf(dtype) ?? Math.fround;
      const step = nearestStep(2 ** (dtype === 'F16' ? octave / 3 : octave));
      const values = Float32Array.from(some, (code) => round(Math.fround(code * step)));
      const [least, greatest] = [Math.min(0, ...values), Math.max(0, ...values)];
      const scale = gridScale(values, least, greatest, 255, round);
      if (least === greatest) expect(scale).toBeUndefined();
      else for (const value of values) expect(isMultiple(value, scale ?? NaN, round)).toBe(true);
    }),
  );
});

test('a grid of any step is found in single precision, and none where there is none', () => {
  fc.assert(
    fc.property(
      fc.float({ min: Math.fround(1e-6), max: 100, noNaN: true }),
      fc.integer({ min: 1, max: 127 }),
      (step, most) => {
        const values = Float32Array.from({ length: most }, (_, code) => Math.fround((code + 1) * step));
        const greatest = values.at(-1) ?? 0;
        const scale = gridScale(values, -greatest, greatest, 254, Math.fround) ?? NaN;
        for (const value of values) expect(isMultiple(value, scale, Math.fround)).toBe(true);
      },
    ),
  );
  const free = weights(200, 5);
  expect(gridScale(free, Math.min(...free), Math.max(...free), 255, Math.fround)).toBeUndefined();
});
