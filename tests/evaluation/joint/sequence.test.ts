import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verify } from '../../../src/engine/index.ts';
import { ablate, type FitRequest } from '../../../src/evaluation/index.ts';
import { planTrials } from '../../../src/evaluation/joint/weigh/probe.ts';
import { writeChainTask } from '../../support/chain-task.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { finishFit, withoutCandidates } from './fits.ts';
import { evaluationContext } from '../support.ts';

test('layers are made to fit what rounded ones before them give where that comes nearer at the same size, unless told otherwise', async () => {
  const folder = await folderWith({});
  const { model: input, task } = await writeChainTask(folder);
  const asked = { input, task, target: { share: 0.08 }, calibrate: 160 } as const;
  const request: FitRequest = { ...asked, output: join(folder, 'chain.fwz'), cacheFolder: join(folder, 'cache') };
  const events = ablate(request, evaluationContext(), ['sequence']);
  const { rows, fit, distance } = (await finish(withoutCandidates(events, []))).report;
  expect(fit.bytesOut).toBeLessThanOrEqual(0.08 * fit.bytesIn);
  expect(fit.bytesOut).toBeGreaterThan(0.99 * 0.08 * fit.bytesIn);
  await finish(verify({ archive: fit.output }, context()));
  expect(rows.map(({ part }) => part)).toEqual(['sequence', 'everything']);
  const [row] = rows;
  expect(row?.change).toBe('without');
  expect(row?.tried[0]?.distance).toBeGreaterThan(1.2 * distance);
  expect(row?.bytes).toBeGreaterThan(1.02 * fit.bytesOut);
  expect(fit).toMatchObject({ inSequence: true, otherOrder: { ...row?.tried[0] } });

  const { report } = await finishFit({ ...request, output: join(folder, 'told.fwz'), inSequence: true });
  expect(report).toMatchObject({ inSequence: true, bytesOut: fit.bytesOut, sha256: fit.sha256 });
  expect(report.otherOrder).toBeUndefined();
}, 600_000);

test('of a model that takes long to run fewer steps are tried, on fewer items', () => {
  const matrices = (places: number) => Array.from({ length: 100 }, () => ({ count: 1e5, layer: { places } }));
  const plan = (places: number, items: number) => planTrials(matrices(places), items);
  expect(plan(1e3, 40)).toEqual({ steps: [0.8, 0.35, 1.8], items: 40 });
  expect(plan(1e3, 400)).toEqual({ steps: [0.8, 0.35, 1.8], items: 64 });
  expect(plan(4e3, 2)).toEqual({ steps: [0.8, 0.35, 1.8], items: 2 });
  expect(plan(1e4, 2)).toEqual({ steps: [0.8], items: 2 });
  expect(plan(1e6, 2)).toEqual({ steps: [0.8], items: 1 });
});
