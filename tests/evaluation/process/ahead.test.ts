import { expect, test } from 'vitest';
import { spawnAhead } from '../../../src/evaluation/process/ahead.ts';
import type { EvaluationProcess } from '../../../src/evaluation/process/protocol.ts';
import { runTask } from '../../../src/evaluation/process/run.ts';

interface Standin extends EvaluationProcess {
  readonly posted: readonly string[];
  isKilled: boolean;
  end(how: string): void;
}

/** Counts the processes that are started, none of which answers. */
function standins(): { readonly all: Standin[]; readonly spawn: () => EvaluationProcess } {
  const all: Standin[] = [];
  return {
    all,
    spawn() {
      const posted: string[] = [];
      let told: (how: string) => void = () => undefined;
      const child: Standin = {
        ...{ posted, isKilled: false },
        post: ({ task }) => void posted.push(task),
        onMessage: () => undefined,
        onExit: (listener) => (told = listener),
        kill: () => (child.isKilled = true),
        end: (how) => told(how),
      };
      all.push(child);
      return child;
    },
  };
}

test('the first task is given to the process that was started ahead, the next to another', () => {
  const { all, spawn } = standins();
  using processes = spawnAhead(spawn);
  expect(all).toHaveLength(1);
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  const request = { original: 'one', candidate: 'other' };
  for (let task = 0; task < 2; task++) runTask(processes.spawn, 'weights', request, options).catch(() => undefined);
  expect(all.map(({ posted }) => posted)).toEqual([['weights'], ['weights']]);
});

test('one that died before it was given a task fails the task in its words', async () => {
  const { all, spawn } = standins();
  using processes = spawnAhead(spawn);
  all[0]?.end('code 9');
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  const failed = runTask(processes.spawn, 'weights', { original: 'one', candidate: 'other' }, options);
  await expect(failed).rejects.toThrow(/ended by itself \(code 9\)/);
});

test('one that was never needed is ended, one that was is left to whom it was given', () => {
  const { all, spawn } = standins();
  {
    using processes = spawnAhead(spawn);
    expect(processes).toBeDefined();
  }
  {
    using processes = spawnAhead(spawn);
    processes.spawn();
  }
  expect(all.map(({ isKilled }) => isKilled)).toEqual([true, false]);
});
