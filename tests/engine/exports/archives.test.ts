import { copyFile, readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, loadExports, restore } from '../../../src/engine/index.ts';
import { knownFolder, ownFolder } from '../../../src/engine/io/own-folder.ts';
import { evaluate } from '../../../src/evaluation/index.ts';
import { evaluationContext, linearModel } from '../../evaluation/support.ts';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';

const samples = join(import.meta.dirname, '../../../samples');

/** An approximate archive of a bundled model, and the model that comes back of it. */
async function approximated(
  name: string,
  method: string,
  automatic = true,
): Promise<{
  readonly folder: string;
  readonly archive: string;
  readonly restored: string;
  readonly names: Set<string>;
}> {
  const folder = await folderWith({});
  const [archive, restored] = [join(folder, 'digits.int.fwz'), join(folder, 'restored', name)];
  const request = { input: join(samples, name), output: archive, approximate: { default: { method }, automatic } };
  const { report } = await finish(compress(request, context()));
  await finish(restore({ archive: report.output, output: restored }, context()));
  const names = report.tensors.filter(({ codec }) => codec.startsWith(method)).map((tensor) => tensor.name);
  return { folder, archive: report.output, restored, names: new Set(names) };
}

test('whole numbers of an archive are the codes of the new file: nothing more is lost, and the answers are the same', async () => {
  const { folder, archive, names } = await approximated('digits.onnx', 'int', false);
  expect(names.size).toBeGreaterThan(2);
  const output = join(folder, 'int8.onnx');
  const { report } = await exported(archive, 'onnx-int8', output);
  expect(report.isOfApproximate).toBe(true);
  expect(report.notices).toContainEqual(expect.stringMatching(/^The archive holds approximated weights: /));
  const coded = report.tensors.filter(({ name, to }) => names.has(name) && to.startsWith('I8'));
  expect(coded.length).toBeGreaterThan(2);
  expect(coded.map(({ maxError }) => maxError)).toEqual(coded.map(() => 0));
  const task = join(samples, 'tasks', 'digits.json');
  const request = { command: 'compare', model: output, original: archive, task, limit: 200, threads: 1 } as const;
  const compared = (await finish(evaluate(request, evaluationContext()))).report;
  // Same weights to the last bit; the runtime adds up in another order where it makes them itself.
  for (const { relativeL2 } of compared.outputs) expect(relativeL2).toBeLessThan(1e-5);
  for (const { delta } of compared.metrics) expect(Math.abs(delta ?? 1)).toBeLessThan(1e-5);
  expect(compared.changed).toBe(0);
});

test.each([
  ['onnx-bf16', 'digits.onnx'],
  ['onnx-fp16', 'digits.onnx'],
  ['safetensors-bf16', 'digits.safetensors'],
])('%s of an archive is that of the model which comes back of it', async (target, name) => {
  const { folder, archive, restored } = await approximated(name, 'grid');
  const [one, other] = [join(folder, `one-${name}`), join(folder, `other-${name}`)];
  const { report } = await exported(archive, target, one);
  await exported(restored, target, other);
  expect(await readFile(one)).toEqual(await readFile(other));
  expect(Math.max(...report.tensors.map(({ relativeError }) => relativeError))).toBeLessThan(0.12);
});

test('an export of an approximate archive is called as the archive is, so that it does not pass for one of the original', async () => {
  const { folder, archive } = await approximated('digits.safetensors', 'int');
  const { report } = await exported(archive, 'safetensors-f16');
  expect(report.output).toBe(join(folder, 'digits.int.safetensors-f16.safetensors'));
});

test('an export is never written over the archive that it is made of, nor over a base of it', async () => {
  const { folder, archive } = await approximated('digits.safetensors', 'int');
  const [base, difference] = [join(folder, 'digits.safetensors'), join(folder, 'difference.fwz')];
  await copyFile(join(samples, 'digits.safetensors'), base);
  await finish(restore({ archive, output: join(folder, 'near.safetensors') }, context()));
  await finish(compress({ input: join(folder, 'near.safetensors'), output: difference, bases: [base] }, context()));
  const taken = [
    [archive, archive],
    [difference, difference],
    [difference, base],
  ] as const;
  for (const [input, output] of taken) {
    const before = await readFile(output);
    await expect(exported(input, 'safetensors-bf16', output, { overwrite: true })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(Buffer.compare(await readFile(output), before)).toBe(0);
  }
});

test('a model of which nothing takes the new form is a copy, and that is said', async () => {
  const folder = await folderWith({ 'none.onnx': linearModel([1, 2, 3, 4], 2) });
  const { report, events } = await exported(join(folder, 'none.onnx'), 'onnx-int8');
  expect(report.notices).toEqual([
    expect.stringMatching(/^No tensor of it could be told as ONNX, 8-bit weights: .* same numbers/),
  ]);
  expect(events.filter(({ type }) => type === 'notice')).toHaveLength(1);
  const { report: smaller } = await exported(join(samples, 'digits.onnx'), 'onnx-int8', join(folder, 'digits.onnx'));
  expect(smaller.notices).toEqual([]);
  expect(smaller.isOfApproximate).toBeUndefined();
});

test('an original that changes while its sha256 is taken ends the export before anything is written', async () => {
  const folder = await folderWith({});
  const input = join(folder, 'digits.onnx');
  await copyFile(join(samples, 'digits.onnx'), input);
  const { exportModel } = await loadExports();
  const phases: string[] = [];
  const run = async (): Promise<void> => {
    for await (const event of exportModel({ input, target: 'onnx-int8' }, context())) {
      if (event.type === 'started') await utimes(input, 1, 1);
      if (event.type === 'progress') phases.push(event.phase);
    }
  };
  await expect(run()).rejects.toMatchObject({ code: 'CHANGED' });
  expect(new Set(phases)).toEqual(new Set(['scan']));
  expect(await readdir(folder)).toEqual(['digits.onnx']);
});

test('too little room for what an archive holds is told of the folder that was asked for', async () => {
  const folder = await folderWith({});
  await using owner = new AsyncDisposableStack();
  const own = await ownFolder(folder, 'digits.onnx', owner);
  expect(knownFolder(join(own, 'digits'))).toBe(folder);
  expect(knownFolder(folder)).toBe(folder);
});
