import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluate } from '../../../src/evaluation/index.ts';
import { openInputs } from '../../../src/evaluation/inference/inputs.ts';
import type { LoadedModel } from '../../../src/evaluation/inference/session.ts';
import { halvesOf } from '../../../src/evaluation/joint/judge.ts';
import { itemsToLearn, learnedInputs, requireMetric } from '../../../src/evaluation/joint/calibrate/learned-inputs.ts';
import { writeChainTask } from '../../support/chain-task.ts';
import { folderWith } from '../../support/folder.ts';
import { finish } from '../../support/jobs.ts';
import { writeLinearTask } from '../../support/linear-task.ts';
import { evaluationContext } from '../support.ts';

/** Of a task nothing is asked of the model. */
const noModel = {} as LoadedModel;
const range = (first: number, end: number) => Array.from({ length: end - first }, (_, at) => first + at);

/** A task of 64 windows of tokens that overlap or do not. */
async function tokenTask(stride: number, more: object = {}): Promise<string> {
  const inputs = [{ from: 'tokens', data: { file: 'tokens.u8', type: 'uint8' }, window: 8, stride }];
  const task = { task: 1, title: 'Tokens', inputs, target: { from: 'next-token' }, metrics: [], ...more };
  const files = { 'tokens.u8': new Uint8Array(63 * stride + 9), 'task.json': Buffer.from(JSON.stringify(task)) };
  return join(await folderWith(files), 'task.json');
}

test('items are learned from all over a task, whose classes may stand one behind another, and all others are left', async () => {
  const { task } = await writeChainTask(await folderWith({}));
  const { inputs, rest } = await learnedInputs({ task, calibrate: 4 });
  await using opened = await openInputs(inputs, noModel);
  expect(opened.places).toEqual([30, 90, 150, 210]);
  await using fewer = await openInputs({ ...inputs, items: 2 }, noModel);
  expect(fewer.places).toEqual([90, 210]);
  expect([...rest, 30, 90, 150, 210].toSorted((one, other) => one - other)).toEqual(range(0, 240));
});

test('a task that names what is there to be learned from is kept to', async () => {
  const task = await tokenTask(8, { learnFrom: { first: 40 } });
  const whole = await learnedInputs({ task });
  expect(whole.inputs.places).toEqual(range(0, 40));
  expect(whole.rest).toEqual(range(40, 64));
  const some = await learnedInputs({ task, calibrate: 4 });
  expect(some.inputs.places).toEqual([5, 15, 25, 35]);
  expect(some.rest).toHaveLength(60);
  await expect(learnedInputs({ task, calibrate: 41 })).rejects.toMatchObject({
    code: 'USAGE',
    facts: { calibrate: 41, allowed: 40 },
  });
});

test('windows that overlap are not parted, so that next to nothing of what is measured on was learned from', async () => {
  const bench = await learnedInputs({ task: await tokenTask(2), calibrate: 4 });
  expect(bench.inputs.places).toEqual([0, 1, 2, 3]);
  expect(halvesOf(bench)).toEqual([range(4, 34), range(34, 64)]);
  const apart = await learnedInputs({ task: await tokenTask(8), calibrate: 4 });
  expect(apart.inputs.places).toEqual([8, 24, 40, 56]);
  expect(halvesOf(apart)[0].slice(0, 6)).toEqual([0, 2, 4, 6, 9, 11]);
});

test('a drop is kept only in what the task measures', async () => {
  const none = await learnedInputs({ task: await tokenTask(2), calibrate: 4 });
  expect(() => requireMetric(none, undefined)).toThrow(/that the task measures; it has none/);
  const metrics = [{ metric: 'nll' }, { metric: 'top-1' }];
  const two = await learnedInputs({ task: await tokenTask(2, { metrics }), calibrate: 4 });
  for (const name of [undefined, 'nll', 'top-1']) requireMetric(two, name);
  expect(() => requireMetric(two, 'auc')).toThrow(/not in "auc"; it has nll, top-1/);
});

test('of a task with few items most are left to measure on', () => {
  expect([500, 96, 60, 3, 1].map((count) => itemsToLearn(undefined, count))).toEqual([32, 32, 20, 1, 1]);
  expect([itemsToLearn(40, 500), itemsToLearn(40, 3), itemsToLearn(undefined)]).toEqual([40, 3, 32]);
});

test('items that are measured on are those that were named', async () => {
  const { model, task } = await writeLinearTask(await folderWith({}));
  const lossOn = async (places?: readonly number[]) => {
    const { report } = await finish(evaluate({ command: 'evaluate', model, task, places }, evaluationContext()));
    const [{ value, n } = { value: NaN, n: NaN }] = report.metrics;
    return { n, total: n * (value ?? NaN) };
  };
  // Another answer is right for the named ones, so that their loss is another.
  const named = range(0, 160).filter((place) => place % 7 === 3);
  const labels = join(task, '..', 'labels.u8');
  const changed = await readFile(labels);
  for (const place of named) changed[place] = ((changed[place] ?? 0) + 1) % 64;
  await writeFile(labels, changed);
  const [all, some, others] = [
    await lossOn(),
    await lossOn(named),
    await lossOn(range(0, 160).filter((place) => !named.includes(place))),
  ];
  expect([all.n, some.n, others.n]).toEqual([160, 23, 137]);
  expect(some.total + others.total).toBeCloseTo(all.total, 3);
  expect(some.total / some.n).toBeGreaterThan(1.3 * (others.total / others.n));
});
