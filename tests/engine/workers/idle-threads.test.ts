import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import { startThreadsAhead } from '../../../src/engine/workers/idle-threads.ts';
import { context, finish } from '../../support/jobs.ts';
import { folderWith } from '../../support/folder.ts';

const sample = join(import.meta.dirname, '../../../samples/digits.safetensors');

test('a job takes the threads that were started ahead of it, and starts only what is missing', async () => {
  const { spawnWorker } = context();
  const folder = await folderWith({});
  const startedBy = async (ahead: number): Promise<number> => {
    let started = 0;
    const spawn: typeof spawnWorker = () => {
      started++;
      return spawnWorker();
    };
    startThreadsAhead(spawn, ahead);
    await finish(compress({ input: sample, output: join(folder, `${ahead}.fwz`), threads: 1 }, { spawnWorker: spawn }));
    return started;
  };
  expect([await startedBy(0), await startedBy(1)]).toEqual([1, 1]);
  expect(await readFile(join(folder, '0.fwz'))).toEqual(await readFile(join(folder, '1.fwz')));
});
