import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWorking, type JobRequest, type JobState } from '../../src/contract/jobs.ts';
import { digestOf, surviveKills, type Moment } from '../support/killed-server.ts';
import { largeModel } from '../support/large-model.ts';
import { expect, test } from './window.ts';

const asked: Moment = { seen: () => true };
const after = (part: number): Moment => ({
  seen: ({ state, bytesDone, bytesTotal }) => isWorking(state) && bytesTotal > 0 && bytesDone >= part * bytesTotal,
});
const reached = (wanted: JobState): Moment => ({ seen: ({ state }) => state === wanted });

test('a program that is killed at every stage of a job ends with the archive of one that never was', async ({
  folder,
}) => {
  const model = largeModel(48);
  const work = async (name: string, moments: readonly Moment[], expected?: string) => {
    const place = join(folder, name);
    await mkdir(place);
    const [input, output] = [join(place, 'model.safetensors'), join(place, 'model.fwz')];
    await writeFile(input, model);
    const sha256 = new Map([[input, await digestOf(input)]]);
    if (expected !== undefined) sha256.set(output, expected);
    const request: JobRequest = { command: 'compress', input, output, preset: 'smallest' };
    return { output, ...(await surviveKills({ folder: place, request, sha256 }, moments)) };
  };
  const { output, end } = await work('undisturbed', []);
  expect(end).toBe('done');
  const moments = [asked, after(0.05), after(0.3), reached('compressing'), after(0.6), reached('verifying')];
  const killed = await work('killed', moments, await digestOf(output));
  expect(killed).toMatchObject({ end: 'done', faults: [] });
  expect(killed.kills.length).toBeGreaterThan(3);
});
