import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { restore, verify } from '../../../src/engine/index.ts';
import { writeChainTask } from '../../support/chain-task.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { finishFit } from './fits.ts';

test.each([
  [0, 0.15],
  [1e-3, 0.15],
  [1e-3, 0.25],
])(
  'layers that are alike, with noise of %d, are fitted into a size, and come back',
  async (noise, share) => {
    const folder = await folderWith({});
    const { model: input, task } = await writeChainTask(folder, { depth: 8, noise });
    const [output, back] = [join(folder, 'chain.fwz'), join(folder, 'back.onnx')];
    const asked = { input, task, target: { share }, calibrate: 160, single: false };
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
