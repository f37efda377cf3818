import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import type { FitRequest } from '../../../src/evaluation/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { writeLinearTask } from '../../support/linear-task.ts';
import { finishFit } from './fits.ts';

/** Few inputs are known of a layer with many: errors that are fed back lead away from the original. */
test('the best single method is the result where it comes nearer, also of an archive, and only where it may be', async () => {
  const folder = await folderWith({});
  const { model: input, task } = await writeLinearTask(folder);
  const archive = join(folder, 'linear.onnx.fwz');
  await finish(compress({ input, output: archive }, context()));
  const fitted = async (name: string, more: Partial<FitRequest> = {}) => {
    const asked = { input, task, calibrate: 60, target: { share: 0.12 }, cacheFolder: join(folder, 'cache') } as const;
    const { report } = await finishFit({ ...asked, output: join(folder, name), ...more });
    expect((await stat(report.output)).size).toBe(report.bytesOut);
    return report;
  };
  const taken = await fitted('taken.fwz');
  expect(taken.fitted?.distance).toBeGreaterThan(taken.distance!);
  expect(taken.single).toMatchObject({ bytes: taken.bytesOut, distance: taken.distance });
  expect(taken.bytesOut).toBeLessThanOrEqual(taken.fitted!.bytes);

  const fromArchive = await fitted('from-archive.fwz', { input: archive, target: { bytes: 0.12 * taken.bytesIn } });
  expect([fromArchive.single, fromArchive.fitted]).toEqual([taken.single, taken.fitted]);

  const beside = await fitted('beside.fwz', { single: 'beside' });
  expect(beside.fitted).toBeUndefined();
  expect([beside.bytesOut, beside.distance]).toEqual([taken.fitted?.bytes, taken.fitted?.distance]);
  expect(beside.single).toEqual(taken.single);
}, 300_000);
