import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspect, restore, verify } from '../../../src/engine/index.ts';
import { requireDistance } from '../../../src/evaluation/joint/judge.ts';
import { writeChainTask } from '../../support/chain-task.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { finishFit } from './fits.ts';

test.each([
  [0, 0.06],
  [1e-3, 0.15],
  [1e-3, 0.25],
])(
  'layers that are alike, with noise of %d, are fitted into a size, and come back',
  async (noise, share) => {
    const folder = await folderWith({});
    const { model: input, task } = await writeChainTask(folder, { depth: 8, noise });
    const [output, back] = [join(folder, 'chain.fwz'), join(folder, 'back.onnx')];
    const asked = { input, task, target: { share }, calibrate: 160, single: 'none' } as const;
    const { report } = await finishFit({ ...asked, output, cacheFolder: join(folder, 'cache') });
    expect(report.bytesOut).toBeLessThanOrEqual(share * report.bytesIn);
    expect(report.bytesOut).toBeGreaterThan(0.99 * share * report.bytesIn);
    expect(report.evaluation?.metrics).toHaveLength(1);
    await finish(verify({ archive: output, against: input }, context()));
    await finish(restore({ archive: output, output: back }, context()));
    expect(
      createHash('sha256')
        .update(await readFile(back))
        .digest('hex'),
    ).toBe(report.sha256);
  },
  600_000,
);

test.each([true, false])(
  'equal layers are rounded as one, and no method alone does better at that size: in sequence %s',
  async (inSequence) => {
    const folder = await folderWith({});
    const { model: input, task } = await writeChainTask(folder, { depth: 12, noise: 0 });
    const [output, back] = [join(folder, 'chain.fwz'), join(folder, 'back.onnx')];
    const asked = { input, task, target: { share: 0.026 }, calibrate: 160, inSequence, output };
    const { report, candidates } = await finishFit({ ...asked, cacheFolder: join(folder, 'cache') });
    expect(report.calibration.matrices).toBe(12);
    expect(report.bytesOut).toBeGreaterThan(0.99 * 0.026 * report.bytesIn);
    expect(requireDistance(report.evaluation)).toBeLessThan(report.single?.distance ?? 0);
    // Each tells its share of what is stored once, so that all together are told as what they take.
    const told = candidates.at(-1)?.tensors ?? [];
    expect(new Set(told.map(({ bits }) => bits)).size).toBe(1);
    expect(told.reduce((sum, { bits, count }) => sum + (bits * count) / 8, 0)).toBeLessThan(report.bytesOut);
    await finish(restore({ archive: output, output: back }, context()));
    const { tensors } = await inspect({ path: back });
    const bytes = await readFile(back);
    const contents = tensors.map(({ offset, byteLength }) => bytes.toString('latin1', offset, offset + byteLength));
    expect(contents).toHaveLength(12);
    expect(new Set(contents).size).toBe(1);
  },
  600_000,
);
