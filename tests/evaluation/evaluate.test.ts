import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compress } from '../../src/engine/index.ts';
import { evaluationText } from '../../src/cli/view/evaluation.ts';
import { evaluate, type EvaluateRequest, type EvaluationReport } from '../../src/evaluation/index.ts';
import { random, uniform } from '../../src/evaluation/statistics/random.ts';
import { folderWith } from '../support/folder.ts';
import { finish } from '../support/jobs.ts';
import { branchNetwork, externalNetwork, rawBytes, weights as weightsOf } from '../support/onnx-models.ts';
import { headerText, safetensorsFile } from '../support/safetensors.ts';
import { evaluationContext, linearModel } from './support.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const next = random(9);
const weights = Array.from({ length: 12 }, () => uniform(next) * 2 - 1);
const inputs = Float32Array.from({ length: 4 * 90 }, () => uniform(next) * 2 - 1);
const best = (row: number, matrix: readonly number[]): number => {
  const logits = [0, 1, 2].map((column) =>
    [0, 1, 2, 3].reduce((sum, at) => sum + inputs[row * 4 + at]! * matrix[at * 3 + column]!, 0),
  );
  return logits.indexOf(Math.max(...logits));
};
const changed = weights.map((weight, at) => (at % 5 === 0 ? -weight : weight));

const checkpoint = (name: string, shape: readonly number[], values: readonly number[]): Uint8Array =>
  safetensorsFile(
    headerText([{ name, dtype: 'F32', shape, begin: 0, end: 48 }]),
    new Uint8Array(Float32Array.from(values).buffer),
  );

const files = {
  'original.onnx': linearModel(weights, 3),
  'changed.onnx': linearModel(changed, 3),
  'inputs.f32': new Uint8Array(inputs.buffer),
  'labels.u8': Uint8Array.from({ length: 90 }, (_, row) => best(row, weights)),
  'task.json': JSON.stringify({
    task: 1,
    title: 'Rows',
    unit: 'rows',
    inputs: [{ from: 'arrays', name: 'x', data: { file: 'inputs.f32', type: 'float32' }, shape: [4] }],
    batch: 16,
    target: { from: 'arrays', data: { file: 'labels.u8', type: 'uint8' } },
    metrics: [{ metric: 'top-1' }, { metric: 'nll' }],
  }),
};

async function reportOf(
  folder: string,
  request: Omit<Partial<EvaluateRequest>, 'model'> & { model: string },
): Promise<EvaluationReport> {
  const { model, original, task = 'task.json', ...rest } = request;
  const { report } = await finish(
    evaluate(
      {
        command: 'compare',
        model: join(folder, model),
        ...(original !== undefined && { original: join(folder, original) }),
        ...(task !== '' && { task: join(folder, task) }),
        ...rest,
      },
      evaluationContext(),
    ),
  );
  return report;
}

describe('two small models on a task', () => {
  test('every figure is what multiplying by hand gives', async () => {
    const folder = await folderWith(files);
    const report = await reportOf(folder, { model: 'changed.onnx', original: 'original.onnx', layers: true });
    const rows = Array.from({ length: 90 }, (_, row) => row);
    const right = rows.filter((row) => best(row, changed) === best(row, weights)).length;
    const [topOne, nll] = report.metrics;
    expect(topOne).toMatchObject({ original: 1, value: right / 90, delta: right / 90 - 1, n: 90, units: 90, seed: 1 });
    expect(topOne!.interval!.high).toBeLessThan(0);
    expect(topOne!.verdict).toMatch(/^worse with 90 rows \(−/);
    expect(nll!.delta).toBeGreaterThan(0);
    expect(report.outputs[0]).toMatchObject({
      name: 'logits',
      identical: false,
      topOne: { flips: 90 - right, rows: 90 },
    });
    expect(report.changed).toBe(90 - right);
    expect(report.examples[0]).toMatchObject({ change: 'worse' });
    expect(report.noiseFloor?.repeated[0]).toMatchObject({ identical: true, relativeL2: 0 });
    const squares = (numbers: readonly number[]): number =>
      numbers.reduce((sum, each) => sum + Math.fround(each) ** 2, 0);
    const error = Math.sqrt(squares(changed.map((each, at) => each - weights[at]!)) / squares(weights));
    expect(report.weights?.tensors[0]).toMatchObject({ name: 'weight', elements: 12, identical: false });
    expect(report.weights?.tensors[0]?.relativeL2).toBeCloseTo(error, 6);
    expect(report.layers?.layers[0]).toMatchObject({ name: 'logits', operator: 'MatMul' });
    expect(report.layers?.layers[0]?.relativeL2).toBeGreaterThan(0);
  });

  test('a model and its own archive are identical: differences are exactly zero', async () => {
    const folder = await folderWith(files);
    await finish(compress({ input: join(folder, 'original.onnx') }, evaluationContext()));
    const report = await reportOf(folder, { model: 'original.onnx.fwz', original: 'original.onnx' });
    expect(report.candidate.sha256).toBe(report.original?.sha256);
    for (const { delta, interval, verdict } of report.metrics) {
      expect([delta, interval!.low, interval!.high]).toEqual([0, 0, 0]);
      expect(verdict).toBe('identical on 90 rows');
    }
    expect(report.weights?.total).toMatchObject({ identical: true, relativeL2: 0 });
    expect(report.changed).toBe(0);
  });

  test('an archive that needs a base finds it beside the original, or where it is told to be', async () => {
    const folder = await folderWith({ ...files, 'away/readme.txt': '' });
    const [base, away] = [join(folder, 'original.onnx'), join(folder, 'away')];
    const output = join(away, 'changed.fwz');
    const { report: packed } = await finish(
      compress({ input: join(folder, 'changed.onnx'), output, bases: [base] }, evaluationContext()),
    );
    expect(packed.bases).toMatchObject([{ name: 'original.onnx' }]);
    const direct = await reportOf(folder, { model: 'changed.onnx', original: 'original.onnx' });
    const beside = await reportOf(folder, { model: 'away/changed.fwz', original: 'original.onnx' });
    expect(beside.metrics).toEqual(direct.metrics);
    await expect(reportOf(folder, { model: 'away/changed.fwz' })).rejects.toMatchObject({ code: 'BASE_MISSING' });
    const told = await reportOf(folder, { model: 'away/changed.fwz', bases: [base] });
    expect(told.metrics.map(({ value }) => value)).toEqual(direct.metrics.map(({ value }) => value));
  });

  test('weights in files of their own are run, compared and restored beside their graphs', async () => {
    const { file, data } = externalNetwork();
    const other = data.slice();
    new Float32Array(other.buffer).subarray(4096).fill(0.125, 0, 100);
    const folder = await folderWith({
      'original/net.onnx': file,
      'original/weights.bin': data,
      'changed/net.onnx': file,
      'changed/weights.bin': other,
      'alone/net.onnx': file,
    });
    await finish(compress({ input: join(folder, 'changed'), output: join(folder, 'c.fwz') }, evaluationContext()));
    const asked = { original: 'original/net.onnx', task: '', layers: true };
    const direct = await reportOf(folder, { ...asked, model: 'changed/net.onnx' });
    expect(direct.outputs[0]).toMatchObject({ name: 'y', identical: false });
    expect(direct.weights?.tensors).toMatchObject([
      { name: 'w1', identical: true },
      { name: 'w2', identical: false },
    ]);
    expect(direct.weights?.total.relativeL2).toBe(direct.weights?.tensors[1]?.relativeL2);
    expect(direct.layers?.layers).toMatchObject([{ name: 'h', relativeL2: 0 }, { name: 'y' }]);
    expect(direct.layers?.layers[1]?.relativeL2).toBeGreaterThan(0);
    const stored = await reportOf(folder, { ...asked, model: 'c.fwz' });
    expect([stored.outputs, stored.layers, stored.weights]).toEqual([direct.outputs, direct.layers, direct.weights]);
    expect(stored.candidate.sha256).toBe(direct.candidate.sha256);
    const same = await reportOf(folder, { ...asked, model: 'original' });
    expect(same.outputs[0]).toMatchObject({ identical: true, relativeL2: 0 });
    const alone = await reportOf(folder, { ...asked, model: 'alone/net.onnx' });
    expect(alone.candidate.fault?.message).toMatch(/"weights\.bin" that holds its weights is missing/);
  });

  test('layers in the branch that is taken are compared; of the other one it is said that they are not', async () => {
    const network = Buffer.from(branchNetwork());
    const changedNetwork = Buffer.from(network);
    for (const seed of [10, 11]) {
      const at = network.indexOf(rawBytes(weightsOf(4096, seed, 0.1)));
      changedNetwork.copyWithin(at, at + 4096, at + 8192);
    }
    const folder = await folderWith({ 'branches.onnx': network, 'changed.onnx': changedNetwork });
    const asked = { original: 'branches.onnx', model: 'changed.onnx', task: '', layers: true };
    const { layers: found } = await reportOf(folder, asked);
    const [taken, ...others] = found!.layers.filter(({ relativeL2 }) => relativeL2 !== 0);
    expect(others).toEqual([]);
    expect(taken?.name).toMatch(/^(then|else)_branch\.out$/);
    const untaken = taken?.name === 'then_branch.out' ? 'else_branch' : 'then_branch';
    expect(found!.notes).toEqual([
      expect.stringMatching(/^1 layer in branches is compared/),
      expect.stringMatching(
        new RegExp(`^1 layer in branches .* is not compared: "${untaken}.out.MatMul" \\(MatMul\\)`),
      ),
    ]);
  });

  test('without a task the inputs are made up, and said to be', async () => {
    const folder = await folderWith(files);
    const report = await reportOf(folder, { model: 'changed.onnx', original: 'original.onnx', task: '' });
    expect(report).toMatchObject({ inputs: 'pseudo', unit: 'pseudo-inputs', items: 8, metrics: [] });
    expect(report.outputs[0]!.relativeL2).toBeGreaterThan(0);
  });

  test('a checkpoint with the same names is run in a copy of the graph', async () => {
    const folder = await folderWith({
      ...files,
      'changed.safetensors': checkpoint('weight', [4, 3], changed),
    });
    const report = await reportOf(folder, { model: 'changed.safetensors', original: 'original.onnx' });
    const twin = await reportOf(folder, { model: 'changed.onnx', original: 'original.onnx' });
    expect(report.metrics).toEqual(twin.metrics);
    expect(report.notices.join()).toMatch(/put into a copy/);
    expect(await readFile(join(folder, 'original.onnx'))).toEqual(Buffer.from(files['original.onnx']));
  });
});

describe('what cannot be run', () => {
  test('a missing operator is named, and the weights are compared all the same', async () => {
    const folder = await folderWith({ ...files, 'strange.onnx': linearModel(changed, 3, 'NoSuchOperator') });
    const report = await reportOf(folder, { model: 'strange.onnx', original: 'original.onnx' });
    expect(report.candidate.fault).toMatchObject({ code: 'UNSUPPORTED' });
    expect(report.candidate.fault?.message).toMatch(/NoSuchOperator/);
    expect(report.weights?.tensors[0]?.identical).toBe(false);
    expect(report.metrics[0]).toMatchObject({ original: 1, value: null, delta: null });
  });

  test('weights without a graph get weight error, in those words', async () => {
    const folder = await folderWith({
      'a.safetensors': checkpoint('w', [3, 4], weights),
      'b.safetensors': checkpoint('w', [3, 4], changed),
    });
    const report = await reportOf(folder, { model: 'b.safetensors', original: 'a.safetensors', task: '' });
    expect(report.weights?.meaning).toBe('weight error only; not an accuracy measurement');
    expect(report.candidate.fault?.message).toMatch(/weight error only; not an accuracy measurement/);
    expect(report).toMatchObject({ inputs: 'none', metrics: [] });
  });

  test('of models that have no tensor in common it is not said that their weights are equal', async () => {
    const folder = await folderWith({
      'a.safetensors': checkpoint('w', [3, 4], weights),
      'b.safetensors': checkpoint('v', [3, 4], weights),
    });
    const report = await reportOf(folder, { model: 'b.safetensors', original: 'a.safetensors', task: '' });
    expect(report.weights).toMatchObject({
      tensors: [],
      skippedTotal: 1,
      total: { identical: false, relativeL2: null },
    });
    expect(evaluationText(report)).toContain('no tensor could be compared');
  });

  test('a task of another shape is told with both shapes', async () => {
    const task = files['task.json'].replace('"shape":[4]', '"shape":[5]');
    const folder = await folderWith({ ...files, 'task.json': task });
    await expect(reportOf(folder, { model: 'original.onnx' })).rejects.toThrow(
      /"x".*takes float32 \[N, 4\].*given is float32 \[.*5\]/,
    );
  });

  test('an output that the original does not have is told with those that it has', async () => {
    const task = JSON.stringify({ ...(JSON.parse(files['task.json']) as object), output: 'scores' });
    const folder = await folderWith({ ...files, 'task.json': task });
    await expect(reportOf(folder, { model: 'original.onnx' })).rejects.toThrow(
      /"original.onnx" has no output "scores"; it has: logits/,
    );
  });

  test('a process that dies takes nobody along', async () => {
    const folder = await folderWith(files);
    const { spawnEvaluation, ...rest } = evaluationContext();
    let started = 0;
    const dying = () => {
      const child = spawnEvaluation();
      // The first one compares the weights.
      if (++started === 2) {
        child.kill();
        // Dead before the task is posted, so that posting it fails too.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      }
      return child;
    };
    const { report } = await finish(
      evaluate(
        { command: 'compare', model: join(folder, 'changed.onnx'), original: join(folder, 'original.onnx') },
        { ...rest, spawnEvaluation: dying },
      ),
    );
    expect(report.candidate.fault?.message).toMatch(/ended by itself \(SIGKILL/);
    expect(report.weights?.tensors).toHaveLength(1);
  });
});

test('cancelling ends the work with CANCELLED', async () => {
  const controller = new AbortController();
  const job = evaluate(
    { command: 'evaluate', model: join(samples, 'digits.onnx'), task: join(samples, 'tasks', 'digits.json') },
    evaluationContext(controller.signal),
  );
  await expect(
    (async () => {
      for await (const event of job) if (event.type === 'started') controller.abort();
    })(),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('the bundled digits are read as well as by the program that trained the network', async () => {
  const report = await reportOf(samples, {
    command: 'evaluate',
    model: 'digits.onnx',
    task: join('tasks', 'digits.json'),
  });
  const [nll, topOne] = report.metrics;
  expect(topOne).toMatchObject({ value: 0.99, n: 500, delta: null });
  expect(nll!.value).toBeCloseTo(0.05126, 4);
  expect(report.noiseFloor?.items).toBe(5);
});

describe("a person's own program", () => {
  const program = `const [, , path] = process.argv; const size = require('node:fs').statSync(path).size;
console.log('words before'); console.log(JSON.stringify({ size, items: { score: [1, 0, 1, size % 2] } }));`;

  test('gets the path as one word, and its figures are compared', async () => {
    const folder = await folderWith({
      ...files,
      'own program.cjs': program,
      "it's; $(touch x).onnx": linearModel(changed, 3),
    });
    const report = await reportOf(folder, {
      model: "it's; $(touch x).onnx",
      original: 'original.onnx',
      task: '',
      evaluator: `"${process.execPath}" "${join(folder, 'own program.cjs')}" {model}`,
    });
    expect(report.ownMetrics).toMatchObject([
      { metric: 'size', delta: 0, n: null, interval: null },
      { metric: 'score', n: 4 },
    ]);
  });

  test('that fails or prints no JSON is told so', async () => {
    const folder = await folderWith({
      ...files,
      'fails.cjs': 'console.error("no GPU"); process.exit(3)',
      'mute.cjs': '',
    });
    const own = (file: string) =>
      reportOf(folder, {
        model: 'original.onnx',
        task: '',
        evaluator: `"${process.execPath}" "${join(folder, file)}" {model}`,
      });
    await expect(own('fails.cjs')).rejects.toThrow(/code 3: no GPU/);
    await expect(own('mute.cjs')).rejects.toThrow(/JSON object is expected/);
    await expect(reportOf(folder, { model: 'original.onnx', task: '', evaluator: 'python eval.py' })).rejects.toThrow(
      /\{model\}/,
    );
  });
});
