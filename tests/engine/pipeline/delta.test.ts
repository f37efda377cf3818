import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, restore, verify } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { bell } from '../../support/numbers.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';

const [rows, columns] = [800, 700];

/** A matrix in safetensors, and what training changed in each weight. */
function model(changes: Float32Array): Uint8Array {
  const weights = bell(rows * columns, 0.05).map((weight, at) => weight + (changes[at] ?? 0));
  const end = 4 * weights.length;
  const header = headerText([{ name: 'layer.weight', dtype: 'F32', shape: [rows, columns], begin: 0, end }]);
  return safetensorsFile(header, new Uint8Array(weights.buffer));
}

const unchanged = new Float32Array();
/** Each weight by about a thousandth of a usual one. */
const everywhere = bell(rows * columns, 5e-5, 2);

/** The product of two narrow matrices, as adapters of low rank are. */
function adapter(rank: number): Float32Array {
  const [left, right] = [bell(rows * rank, 0.01, 3), bell(rank * columns, 0.01, 4)];
  return everywhere.map((_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let of = 0; of < rank; of++) sum += (left[row * rank + of] ?? 0) * (right[of * columns + column] ?? 0);
    return sum;
  });
}

test.each([
  ['sign', everywhere, 20],
  ['grid', everywhere, 12],
  ['directions', adapter(4), 40],
])('a tuned model becomes a rough difference to its base: %s', async (kind, changes, factor) => {
  const folder = await folderWith({
    'base.safetensors': model(unchanged),
    'tuned.safetensors': model(changes),
  });
  const [base, input, output] = ['base.safetensors', 'tuned.safetensors', 'tuned.fwz'].map((name) =>
    join(folder, name),
  );
  const job = { input: input!, output: output!, approximate: { default: { method: 'delta', options: { kind } } } };
  const { report } = await finish(compress({ ...job, bases: [base!] }, context()));
  expect(report.bytesOut * factor).toBeLessThan(report.bytesIn);
  expect(report.bases).toMatchObject([{ name: 'base.safetensors' }]);
  const changed = report.tensors.filter(({ approximation }) => approximation !== undefined);
  expect(changed.length).toBeGreaterThan(0);
  for (const { approximation } of changed) expect(approximation?.loss.relativeL2).toBeLessThan(1e-3);

  await finish(verify({ archive: output! }, context()));
  const back = join(folder, 'back.safetensors');
  await finish(restore({ archive: output!, output: back }, context()));
  const [original, restored] = [await readFile(input!), await readFile(back)];
  expect(restored.length).toBe(original.length);
  expect(restored.equals(original)).toBe(false);
  const alone = await folderWith({ 'tuned.fwz': await readFile(output!) });
  const elsewhere = restore({ archive: join(alone, 'tuned.fwz'), output: join(alone, 'back') }, context());
  await expect(finish(elsewhere)).rejects.toMatchObject({ code: 'BASE_MISSING' });
});

test('without a base that has it a tensor is kept, and says why; without any base it is refused', async () => {
  const header = headerText([{ name: 'other', dtype: 'F32', shape: [2, 2], begin: 0, end: 16 }]);
  const folder = await folderWith({
    'tuned.safetensors': model(unchanged),
    'other.safetensors': safetensorsFile(header, new Uint8Array(16)),
  });
  const [input, output] = [join(folder, 'tuned.safetensors'), join(folder, 'tuned.fwz')];
  for (const approximate of [{ default: { method: 'delta' } }, { rules: [{ match: 'a', method: 'delta' }] }])
    await expect(finish(compress({ input, output, approximate }, context()))).rejects.toMatchObject({
      code: 'USAGE',
      facts: { method: 'delta' },
    });
  const bases = [join(folder, 'other.safetensors')];
  const { report } = await finish(
    compress({ input, output, bases, approximate: { default: { method: 'delta' } } }, context()),
  );
  expect(report.tensors.every(({ approximation }) => approximation === undefined)).toBe(true);
  expect(report.tensors.map(({ kept }) => kept)).toContain('no base model that was given has it');
});

test('a method that makes little use of a base says so', async () => {
  const folder = await folderWith({ 'base.safetensors': model(unchanged), 'tuned.safetensors': model(everywhere) });
  const [base, input, output] = ['base.safetensors', 'tuned.safetensors', 'tuned.fwz'].map((name) =>
    join(folder, name),
  );
  for (const [method, says] of [
    ['trellis', [expect.stringContaining('"trellis" tells no weights as rough differences') as string]],
    ['grid', []],
  ] as const) {
    const request = { input: input!, output: output!, bases: [base!], overwrite: true };
    const { report } = await finish(compress({ ...request, approximate: { default: { method } } }, context()));
    expect(report.notices.filter((notice) => notice.includes('rough'))).toEqual(says);
  }
});
