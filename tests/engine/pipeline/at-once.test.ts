import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, restore, Suspension, type JobEvent } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { largeModel } from '../../support/large-model.ts';

const model = largeModel(12);

test('of two runs with one output the second is refused, and the first ends', async () => {
  const folder = await folderWith({ 'm.safetensors': model });
  const [input, output] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz')];
  const back = join(folder, 'back');
  await twice(() => compress({ input, output }, context()));
  await twice(() => restore({ archive: output, output: back }, context()));
  expect(Buffer.compare(await readFile(back), model)).toBe(0);
  expect((await readdir(folder)).sort()).toEqual(['back', 'm.safetensors', 'out.fwz']);
});

test('what a stopped run left is gone on with by one run alone', async () => {
  const folder = await folderWith({ 'm.safetensors': model });
  const [input, output, back] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz'), join(folder, 'back')];
  const stopped = async (job: (signal: AbortSignal) => AsyncGenerator<JobEvent<unknown>>, phase: string) => {
    const stop = new AbortController();
    const work = async (): Promise<void> => {
      for await (const event of job(stop.signal))
        if (event.type === 'progress' && event.phase === phase && event.bytesDone > model.length / 2)
          stop.abort(new Suspension());
    };
    await expect(work()).rejects.toMatchObject({ code: 'CANCELLED' });
  };
  const small = { memoryBytes: 256 * 2 ** 20 };
  await stopped((signal) => compress({ input, output, ...small }, context(signal)), 'prove');
  expect(await twice(() => compress({ input, output }, context()))).toContainEqual(
    expect.stringContaining('of an earlier run are gone on with'),
  );
  await stopped((signal) => restore({ archive: output, output: back, ...small }, context(signal)), 'restore');
  expect(await twice(() => restore({ archive: output, output: back }, context()))).toContainEqual(
    expect.stringContaining('that an earlier run wrote are gone on with'),
  );
  expect(Buffer.compare(await readFile(back), model)).toBe(0);
});

test('a file that got the name of the output meanwhile is not replaced unless asked', async () => {
  const folder = await folderWith({ 'm.safetensors': model });
  const [input, output] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz')];
  const surprised = async (overwrite: boolean): Promise<void> => {
    for await (const event of compress({ input, output, overwrite }, context()))
      if (event.type === 'started') await writeFile(output, 'precious');
  };
  await expect(surprised(false)).rejects.toMatchObject({ code: 'USAGE', facts: { path: output } });
  expect(await readFile(output, 'utf8')).toBe('precious');
  expect((await readdir(folder)).sort()).toEqual(['m.safetensors', 'out.fwz']);
  await surprised(true);
  await copyFile(output, join(folder, 'kept.fwz'));
  await finish(restore({ archive: join(folder, 'kept.fwz'), output: join(folder, 'back') }, context()));
});

/** Runs a job two times at once, of which one must be refused, also where the other has ended already; what that one told. */
async function twice(job: () => AsyncGenerator<JobEvent<unknown>>): Promise<readonly string[]> {
  const ends = await Promise.allSettled([finish(job()), finish(job())]);
  const [done] = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  expect(refused).toMatchObject([
    { code: 'USAGE', message: expect.stringMatching(/Another run is writing|exists/) as string },
  ]);
  return (done?.events ?? []).flatMap((event) => (event.type === 'notice' ? [event.message] : []));
}
