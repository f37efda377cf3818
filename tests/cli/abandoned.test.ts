import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { folderWith } from '../support/folder.ts';
import { writeLinearTask } from '../support/linear-task.ts';
import { commandLine, start } from './support/command-line.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.skipIf(process.platform === 'win32')(
  'what killed evaluations and fits hold in the temporary folder goes with the next one, and the runtime keeps nothing',
  async () => {
    const folder = await folderWith({ 'temporary/somebody.txt': 'kept', 'data/.keep': '', 'home/.keep': '' });
    const temporary = join(folder, 'temporary');
    vi.stubEnv('TMPDIR', temporary);
    // Where the runtime would keep what it tells its maker.
    vi.stubEnv('HOME', join(folder, 'home'));
    vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
    vi.stubEnv('FEATHERWEIGHT_DATA', join(folder, 'data'));
    const { model, task } = await writeLinearTask(folder);
    const evaluating = ['evaluate', model, '--task', task, '--threads', '1'];
    const fitting = ['compress', model, '--fit', '40%', '--task', task, '--threads', '1', '-o', join(folder, 'm.fwz')];
    const works = { evaluate: evaluating, fit: fitting };
    const unfinished = async (work: string) =>
      (await readdir(temporary)).filter((name) => name.startsWith(`featherweight-${work}`));
    for (const [work, words] of Object.entries(works)) {
      const { child, ended } = start('source', words);
      const isOver = ended.then(({ stderr }) => expect.fail(`ended before it was killed: ${stderr}`));
      const isBegun = expect.poll(() => unfinished(work), { timeout: 30_000, interval: 5 }).toHaveLength(1);
      await Promise.race([isBegun, isOver]);
      isOver.catch(() => undefined);
      child.kill('SIGKILL');
      expect((await ended).code).toBe(null);
      expect(await unfinished(work)).toHaveLength(1);
    }
    for (const words of Object.values(works)) {
      const { code, stderr } = await commandLine('source', words);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
    }
    expect(await readdir(temporary)).toEqual(['somebody.txt']);
    expect(await readdir(join(folder, 'home'))).toEqual(['.keep']);
  },
  90_000,
);
