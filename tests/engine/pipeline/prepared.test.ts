import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, restore, verify } from '../../../src/engine/index.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { approximateWhole } from '../../../src/engine/quantizers/whole.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';
import { gaussians } from '../../support/streams.ts';

const [rows, columns] = [700, 600];
/** Such as can be stored: thirty-seconds of an octave. */
const steps = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, place) => 2 ** (-2 - (place % 5)));
const stepsAlong = { tensor: Float32Array.of(0.25), rows: steps(rows), columns: steps(columns) };
const placeAlong = {
  tensor: () => 0,
  rows: (at: number) => Math.floor(at / columns),
  columns: (at: number) => at % columns,
};

function model(values: Float32Array, name = 'weight'): Uint8Array {
  const tensor = { name, dtype: 'F32', shape: [rows, columns], begin: 0, end: 4 * values.length };
  return safetensorsFile(headerText([tensor]), new Uint8Array(values.buffer));
}

test.each(['tensor', 'rows', 'columns'] as const)(
  'numbers prepared along %s are what is stored, restored and verified; the loss is that from the original',
  async (along) => {
    const told = { along, steps: stepsAlong[along] };
    const stepAt = (at: number): number => told.steps[placeAlong[along](at)]!;
    const weights = Float32Array.from(gaussians(rows * columns, 1));
    // Nothing that rounding would give.
    const prepared = weights.map((value, at) => (Math.round(value / stepAt(at)) + ((at * 7) % 3) - 1) * stepAt(at));
    const folder = await folderWith({
      'model.safetensors': model(weights),
      'prepared.safetensors': model(prepared),
      'other.safetensors': model(weights, 'longer-name'),
    });
    const offset = model(weights).length - 4 * weights.length;
    const [input, output, back] = ['model.safetensors', 'model.fwz', 'back'].map((name) => join(folder, name));
    const request = (name: string) => ({
      input: input!,
      output: output!,
      approximate: {},
      prepared: { path: join(folder, name), tensors: [{ file: 0, offset, told }] },
    });
    await expect(finish(compress(request('other.safetensors'), context()))).rejects.toThrow(/not laid out/);
    const { report } = await finish(compress(request('prepared.safetensors'), context()));
    await finish(verify({ archive: output! }, context()));
    await finish(restore({ archive: output!, output: back! }, context()));
    expect(Buffer.compare(await readFile(back!), model(prepared))).toBe(0);
    const squares = weights.reduce((sum, value) => sum + value * value, 0);
    const errors = weights.reduce((sum, value, at) => sum + (value - prepared[at]!) ** 2, 0);
    expect(report.tensors[0]?.approximation?.loss.relativeL2).toBeCloseTo(Math.sqrt(errors / squares), 6);
    expect(report.bytesOut).toBeLessThan((along === 'tensor' ? 0.55 : 0.9) * weights.length);
  },
);

test('numbers prepared as values of codebooks are what is stored, each row by the one that has them', async () => {
  const books = Float32Array.of(-1.5, -0.25, 0, 1.25, -0.5, 0.125, 0.5, 0.5);
  const weights = Float32Array.from(gaussians(rows * columns, 1));
  const prepared = weights.map((_, at) => books[4 * (Math.floor(at / columns) % 2) + ((at * 7) % 4)]!);
  const folder = await folderWith({ 'model.safetensors': model(weights), 'prepared.safetensors': model(prepared) });
  const offset = model(weights).length - 4 * weights.length;
  const [input, path, output, back] = ['model.safetensors', 'prepared.safetensors', 'model.fwz', 'back'].map((name) =>
    join(folder, name),
  );
  const told = { size: 4, books };
  const asked = { input: input!, output: output!, approximate: {} };
  const tensors = [{ file: 0, offset, told }];
  const { report } = await finish(compress({ ...asked, prepared: { path: path!, tensors } }, context()));
  expect(report.tensors[0]?.approximation?.method).toBe('codebook');
  await finish(restore({ archive: output!, output: back! }, context()));
  expect(Buffer.compare(await readFile(back!), model(prepared))).toBe(0);
});

test('a tensor that a method is told for is stored by that, from its own numbers, whatever was prepared', async () => {
  const weights = Float32Array.from(gaussians(rows * columns, 1));
  const folder = await folderWith({
    'model.safetensors': model(weights),
    'prepared.safetensors': model(weights.map((value) => -value)),
  });
  const offset = model(weights).length - 4 * weights.length;
  const by = { method: 'int', options: { bits: 5 } };
  const [input, path, output, back] = ['model.safetensors', 'prepared.safetensors', 'model.fwz', 'back'].map((name) =>
    join(folder, name),
  );
  const prepared = { path: path!, tensors: [{ file: 0, offset, by }] };
  await finish(compress({ input: input!, output: output!, approximate: {}, prepared }, context()));
  await finish(restore({ archive: output!, output: back! }, context()));
  const expected = weights.slice();
  approximateWhole(expected, { rows, columns, channels: 'rows' }, by, new Workspace(2 ** 24));
  expect(Buffer.compare(await readFile(back!), model(expected))).toBe(0);
});
