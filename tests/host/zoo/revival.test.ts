import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isEnded, type JobState } from '../../../src/contract/jobs.ts';
import * as engine from '../../../src/engine/index.ts';
import { createHost, type RunningHost } from '../../../src/host/host.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { saveJobs } from '../../../src/store/jobs.ts';
import { context } from '../../support/jobs.ts';
import { mixedModel } from '../../support/mixed-model.ts';
import { openHost } from '../open-host.ts';

const { spawnWorker } = context();

test('a job whose end was not written down is found done, and only by its own archive', async () => {
  await using opened = await openHost({ engine, spawnWorker });
  const { models, dataFolder, host } = opened;
  const [input, other] = [join(models, 'weights.safetensors'), join(models, 'other.safetensors')];
  await writeFile(input, mixedModel(200));
  await writeFile(other, mixedModel(200, 2));
  const job = await host.call('jobs.start', { command: 'compress', input, output: `${input}.fwz` });
  await ended(host);
  const archive = await readFile(`${input}.fwz`);
  await host.close();

  // As a kill leaves it: the archive has its name, and the job has not ended.
  const at = (id: string, state: JobState, from: string) => ({
    ...{ id, state },
    job: { ...job, id, state, path: from, request: { ...job.request, input: from } },
  });
  const database = await openDatabase(join(dataFolder, 'history.db'));
  await saveJobs(database, [
    at(job.id, 'verifying', input),
    at('unwritten', 'verifying', input),
    at('stranger', 'compressing', other),
  ]);
  await database.destroy();

  const options = { spawnWorker, version: '0', roots: [models], dataFolder, remember: true };
  const next = await createHost(options);
  await ended(next);
  const jobs = await next.call('jobs.list', {});
  expect(jobs).toMatchObject([
    { id: 'unwritten', state: 'done', receipt: { sha256: expect.any(String) as string } },
    { id: 'stranger', state: 'failed', error: { code: 'USAGE' } },
  ]);
  expect(jobs).toHaveLength(2);
  expect(await readFile(`${input}.fwz`)).toEqual(archive);
  expect((await readdir(models)).filter((name) => /partial|journal/.test(name))).toEqual([]);
  await next.close();
});

test('a restore that was stopped by the end of the program goes on with what it has written', async () => {
  await using opened = await openHost({ engine, spawnWorker });
  const { models, dataFolder, host } = opened;
  const input = join(models, 'weights.safetensors');
  await writeFile(input, mixedModel(400_000));
  await host.call('jobs.start', { command: 'compress', input, output: `${input}.fwz` });
  await ended(host);
  const output = join(models, 'back.safetensors');
  const begun = new Promise<void>((resolve) =>
    host.on('job.changed', ({ command, state, bytesDone }) => {
      if (command === 'restore' && (bytesDone > 0 || isEnded(state))) resolve();
    }),
  );
  const { id, resumable } = await host.call('jobs.start', { command: 'restore', archive: `${input}.fwz`, output });
  expect(resumable).toBe(true);
  await begun;
  await host.close();
  const next = await createHost({ spawnWorker, version: '0', roots: [models], dataFolder, remember: true });
  await ended(next);
  const job = (await next.call('jobs.list', {})).find((known) => known.id === id);
  // It may have been quicker than the end; then the history has it.
  if (job !== undefined) expect(job.state).toBe('done');
  expect((await stat(output)).size).toBe((await stat(input)).size);
  expect(await readFile(output)).toEqual(await readFile(input));
  expect((await readdir(models)).filter((name) => /partial|journal/.test(name))).toEqual([]);
  await next.close();
});

async function ended(host: RunningHost): Promise<void> {
  const isStill = async () => (await host.call('jobs.list', {})).every(({ state }) => isEnded(state));
  while (!(await isStill())) await new Promise((resolve) => setTimeout(resolve, 10));
}
