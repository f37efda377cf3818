import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTask } from '../../../src/evaluation/task/read.ts';
import { folderWith } from '../../support/folder.ts';

test('a folder is no task file, and is named', async () => {
  const folder = await folderWith({ 'task.json': '{}' });
  await expect(openTask(folder)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(`"${folder}" is no file`) as string,
  });
});

test('a metric may be named again with other settings only', async () => {
  const inputs = [{ from: 'constant', value: 1 }];
  const metrics = [{ metric: 'top-1' }, { metric: 'top-1', against: 'original' }];
  const task = (more: object) => JSON.stringify({ task: 1, title: 'T', inputs, ...more });
  const folder = await folderWith({
    'two.json': task({ metrics }),
    'twice.json': task({ metrics: [...metrics, { metric: 'top-1', against: 'target' }] }),
  });
  expect((await openTask(join(folder, 'two.json'))).task.metrics).toHaveLength(2);
  await expect(openTask(join(folder, 'twice.json'))).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('metrics: a metric is named twice') as string,
  });
});

test('an unknown field is told with those that are allowed in its place, and a wrong value with what was found', async () => {
  const inputs = [{ from: 'constant', value: 1 }];
  const data = { file: 'x', typ: 'uint8' };
  const faults: readonly (readonly [task: object, message: string])[] = [
    [
      { titel: 'x', units: 'x' },
      'the file: found the unknown fields "titel", "units"; allowed here: "$schema", "task", "title", "unit", "inputs"',
    ],
    [
      { inputs: [{ ...inputs[0], widht: 1 }] },
      'inputs.0: found the unknown field "widht"; allowed here: "from", "name"',
    ],
    [
      { target: { from: 'arrays', data } },
      'target.data: found the unknown field "typ"; allowed here: "file", "array", "type"',
    ],
    [{ metrics: [{ metric: 'nll', k: 3 }] }, 'metrics.0: found the unknown field "k"; allowed here: "metric".'],
    [{ metrics: [{ metric: 'top1' }] }, 'metrics.0.metric: found "top1"; allowed: "top-1", "nll", "perplexity"'],
    [{ decode: {} }, 'decode.to: found nothing; allowed: "class", "text".'],
    [
      { inputs: [{ from: 'images', folder: 'x', width: 1, height: 1, channels: 2 }] },
      'inputs.0.channels: found 2; allowed: 1, or found 2; allowed: 3.',
    ],
    [
      { inputs: [{ from: 'constant', value: ['x'] }] },
      'inputs.0.value: Invalid input: expected number, received array, or 0: Invalid input: expected number, received string.',
    ],
    [{ task: 2 }, 'task: found 2; allowed: 1.'],
    [{ batch: 5000 }, 'batch: Too big: expected number to be <=4096, found 5000.'],
    [{ unit: 3 }, 'unit: Invalid input: expected string, received number.'],
  ];
  for (const [fault, message] of faults) {
    const folder = await folderWith({ 'task.json': JSON.stringify({ task: 1, title: 'T', inputs, ...fault }) });
    await expect(openTask(join(folder, 'task.json'))).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining(`is not one: ${message}`) as string,
    });
  }
});
