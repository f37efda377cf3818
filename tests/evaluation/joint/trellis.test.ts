import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verify } from '../../../src/engine/index.ts';
import { ablate, type Candidate, type FitRequest } from '../../../src/evaluation/index.ts';
import { growthOf, outputRuns } from '../../../src/evaluation/joint/round/trellis.ts';
import { writeChainTask } from '../../support/chain-task.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { withoutCandidates } from './fits.ts';
import { evaluationContext } from '../support.ts';

test('a trellis, where layers are better for it, comes nearer to the original at the same size', async () => {
  const folder = await folderWith({});
  const { model: input, task } = await writeChainTask(folder);
  const asked = { input, task, target: { share: 0.1 }, calibrate: 160, trellis: true } as const;
  const alone = { inSequence: false, single: 'none' } as const;
  const request: FitRequest = {
    ...asked,
    ...alone,
    output: join(folder, 'chain.fwz'),
    cacheFolder: join(folder, 'cache'),
  };
  const candidates: Candidate[] = [];
  const events = ablate(request, evaluationContext(), ['trellis']);
  const { rows, fit, distance } = (await finish(withoutCandidates(events, candidates))).report;
  expect(fit.bytesOut).toBeLessThanOrEqual(0.1 * fit.bytesIn);
  expect(fit.bytesOut).toBeGreaterThan(0.99 * 0.1 * fit.bytesIn);
  await finish(verify({ archive: fit.output }, context()));
  expect(fit.candidates.at(-1)?.tensors.map(({ method }) => method)).toContain('trellis');
  // What lies on lines is stored by them, to the last bit.
  expect(fit.tensors.filter(({ approximation }) => approximation?.method === 'trellis')).not.toEqual([]);
  const [row] = rows;
  expect(row).toMatchObject({ part: 'trellis', change: 'without' });
  expect(row?.tried[0]?.distance).toBeGreaterThan(1.05 * distance);
}, 600_000);

test('runs go over the outputs that an archive codes together, at most 256 of them', () => {
  const geometry = { rows: 700, columns: 1000, channels: 'rows' } as const;
  const runs = outputRuns('columns', geometry);
  expect(runs.map(({ count }) => count)).toEqual([256, 6, 256, 6, 176]);
  expect(runs.map(({ first }) => first)).toEqual([0, 256, 262, 518, 524]);
  expect(outputRuns('rows', geometry).map(({ count }) => count)).toEqual([256, 256, 256, 232]);
});

test('weights that became smaller are known by how much, within bounds', () => {
  const before = Float32Array.of(1, -2, 3);
  expect(growthOf(before, before)).toBe(1);
  expect(growthOf(before, Float32Array.of(0.95, -1.9, 2.85))).toBeCloseTo(1 / 0.95, 6);
  expect(growthOf(before, new Float32Array(3))).toBe(1.25);
});
