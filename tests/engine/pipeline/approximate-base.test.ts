import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compress, inspect, restore, verify } from '../../../src/engine/index.ts';
import { decodeFloats, encodeFloats } from '../../../src/engine/tensor/floats.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { bell } from '../../support/numbers.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';

type DType = 'F32' | 'BF16' | 'F8_E4M3';
const columns = 900;
/** Those of one byte fill pieces, which take the most memory. */
const rowsOf = (dtype: DType): number => (dtype === 'F8_E4M3' ? 1200 : 500);
const weights = bell(rowsOf('F32') * columns, 0.05);
const approximate = { default: { method: 'grid' } };

const widths = { F32: 4, BF16: 2, F8_E4M3: 1 };

function model(numbers: Float32Array, dtype: DType): Uint8Array {
  const bytes = encodeFloats(dtype, numbers);
  const header = headerText([
    {
      name: 'layer.weight',
      dtype,
      shape: [bytes.length / widths[dtype] / columns, columns],
      begin: 0,
      end: bytes.length,
    },
  ]);
  return safetensorsFile(header, bytes);
}

/** What training changed, relative to usual weights. */
function tuned(share: number, before = weights): Float32Array {
  return bell(before.length, 0.05 * share, 7).map((change, at) => change + (before[at] ?? 0));
}

async function approximated(
  numbers: Float32Array,
  {
    dtype = 'F32',
    against,
    recipe = approximate,
    threads = 1,
  }: {
    readonly dtype?: DType;
    readonly against?: Float32Array;
    readonly recipe?: object;
    readonly threads?: number;
  } = {},
) {
  const folder = await folderWith({
    'model.safetensors': model(numbers, dtype),
    ...(against && { 'base.safetensors': model(against, dtype) }),
  });
  const path = (name: string): string => join(folder, name);
  const [input, archive, output] = [path('model.safetensors'), path('model.fwz'), path('back')];
  const request = { input, output: archive, approximate: recipe, threads };
  const bases = against && { bases: [path('base.safetensors')] };
  const { report } = await finish(compress({ ...request, ...bases }, context()));
  await finish(verify({ archive, against: input }, context()));
  await finish(restore({ archive, output }, context()));
  const restored = decodeFloats(dtype, (await readFile(output)).subarray(-widths[dtype] * numbers.length));
  return { report, restored, archive, bytes: await readFile(archive), tensor: report.tensors[0]! };
}

describe('an approximated model whose base is given', () => {
  test.each([
    ['grid', 'F32', 1e-3],
    ['grid', 'BF16', 0.1],
    ['grid', 'F8_E4M3', 0.1],
    ['int', 'F32', 1e-2],
  ] as const)(
    'is told as differences where that is shorter, and at least as near: %s, %s, %d',
    async (method, dtype, share) => {
      const recipe = { default: { method } };
      const base = bell(rowsOf(dtype) * columns, 0.05);
      const alone = await approximated(tuned(share, base), { dtype, recipe });
      const { report, tensor, bytes, archive } = await approximated(tuned(share, base), {
        dtype,
        recipe,
        against: base,
      });
      expect(report.bytesOut).toBeLessThan(0.45 * alone.report.bytesOut);
      expect(tensor.approximation).toMatchObject({ method });
      expect(tensor.approximation!.loss.relativeL2).toBeLessThan(alone.tensor.approximation!.loss.relativeL2);
      expect(tensor.leansOn).toEqual([{ to: 'base.safetensors', isBase: true }]);
      expect(report.bases).toMatchObject([{ name: 'base.safetensors' }]);
      expect((await inspect({ path: archive })).bases).toMatchObject([{ name: 'base.safetensors' }]);
      const elsewhere = await folderWith({ 'model.fwz': bytes });
      const asked = { archive: join(elsewhere, 'model.fwz'), output: join(elsewhere, 'back') };
      await expect(finish(restore(asked, context()))).rejects.toMatchObject({ code: 'BASE_MISSING' });
    },
  );

  test('keeps what training changed, however little that is beside the lines of the weights', async () => {
    const { restored } = await approximated(tuned(1e-3), { against: weights });
    const changes = tuned(1e-3).map((number, at) => number - (weights[at] ?? 0));
    const kept = restored.map((number, at) => number - (weights[at] ?? 0));
    const product = (one: Float32Array, other: Float32Array) =>
      one.reduce((sum, x, at) => sum + x * (other[at] ?? 0), 0);
    expect(product(kept, changes) / product(changes, changes)).toBeGreaterThan(0.9);
  });

  test('takes next to nothing where it is the base', async () => {
    const { report, restored } = await approximated(weights, { against: weights });
    expect(report.bytesOut).toBeLessThan(0.001 * report.bytesIn);
    expect(restored).toEqual(weights);
  });

  test('is stored as if alone where the base is another model', async () => {
    const stranger = bell(weights.length, 0.05, 99);
    const alone = await approximated(weights);
    const { report, restored, tensor } = await approximated(weights, { against: stranger });
    expect(restored).toEqual(alone.restored);
    expect(report.bases).toBeUndefined();
    expect(tensor.leansOn).toBeUndefined();
  });

  test('is the same on more threads', async () => {
    const { bytes } = await approximated(tuned(1e-2), { against: weights });
    const wide = await approximated(tuned(1e-2), { against: weights, threads: 2 });
    expect(Buffer.compare(wide.bytes, bytes)).toBe(0);
  });
});
