import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fit, type EvaluationContext, type FitRequest } from '../../../src/evaluation/index.ts';
import type { TaskName, TaskReply } from '../../../src/evaluation/process/protocol.ts';
import { finish } from '../../support/jobs.ts';
import { writeLanguageModel, writeTokenTask } from '../../support/language-model.ts';
import { evaluationContext } from '../support.ts';

const shape = { layers: 1, hidden: 64, intermediate: 96, heads: 4, vocabulary: 100, window: 16 };

let folder: string;
let request: Omit<FitRequest, 'output' | 'cacheFolder'>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'featherweight-test-'));
  const input = await writeLanguageModel(folder, shape);
  const task = await writeTokenTask(folder, shape, 6);
  request = { ...{ input, task, calibrate: 4, evaluate: false, without: 'methods' }, target: { share: 0.1 } };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fits with a cache of this name, and hears of every reply of the process that models run in. */
async function fitHeard(
  name: string,
  hear: (task: TaskName | undefined, reply: TaskReply) => void,
  more: Partial<FitRequest> = {},
  signal?: AbortSignal,
): Promise<Buffer> {
  const context = evaluationContext(signal);
  const spawnEvaluation: EvaluationContext['spawnEvaluation'] = () => {
    const child = context.spawnEvaluation();
    let task: TaskName | undefined;
    return {
      ...child,
      post(message) {
        task = message.task;
        child.post(message);
      },
      onMessage: (listener) =>
        child.onMessage((reply) => {
          hear(task, reply);
          listener(reply);
        }),
    };
  };
  const output = join(folder, `${name}.fwz`);
  const asked = { ...request, ...more, output, cacheFolder: join(folder, name), overwrite: true };
  await finish(withoutCandidates(fit(asked, { ...context, spawnEvaluation })));
  return await readFile(output);
}

async function* withoutCandidates(events: ReturnType<typeof fit>) {
  for await (const event of events) if (event.type !== 'candidate') yield event;
}

/** When each file of a cache whose path ends so was written. */
function timesOf(name: string, end: RegExp): ReadonlyMap<string, bigint> {
  const paths = pathsBelow(join(folder, name)).filter((path) => end.test(path));
  return new Map(paths.map((path) => [path, statSync(join(folder, name, path), { bigint: true }).mtimeNs]));
}

/** The fit goes on meanwhile: a folder with an unfinished name may be gone when its turn comes, and all is looked at again. */
function pathsBelow(path: string): readonly string[] {
  for (;;)
    try {
      return readdirSync(path, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
}

const finished = /rounded.*json$|attempts.*json$|sums$/;

test.each([false, true])(
  'a fit that is killed goes on behind layers that it summed and rounded, and archives; in sequence: %s',
  async (inSequence) => {
    const more = { inSequence };
    const [whole, killed] = [`whole-${inSequence}`, `killed-${inSequence}`];
    let rounds = 0;
    const expected = await fitHeard(
      whole,
      (task, { type }) => {
        if (task === 'round' && type === 'done') rounds++;
      },
      more,
    );
    const stop = new AbortController();
    const duringSecond = (task: TaskName | undefined, reply: TaskReply): void => {
      const isSecond = task === 'round' && timesOf(killed, /attempts.*json$/).size > 0;
      if (isSecond && reply.type === 'progress' && reply.done >= 6) stop.abort();
    };
    await expect(fitHeard(killed, duringSecond, more, stop.signal)).rejects.toThrow(/Stopped/);
    const before = timesOf(killed, finished);
    expect([...before.keys()].filter((path) => path.includes('rounded')).length).toBeGreaterThanOrEqual(6);
    let rounded = 0;
    const result = await fitHeard(
      killed,
      (task, { type }) => {
        if (task !== 'round' || type !== 'done' || rounded++ > 0) return;
        const after = timesOf(killed, finished);
        for (const [path, time] of before) expect(after.get(path)).toBe(time);
      },
      more,
    );
    expect(rounded).toBe(rounds - 1);
    expect(result).toEqual(expected);
    // What was only kept for another run is gone.
    for (const name of [whole, killed]) expect(timesOf(name, /rounded|attempts/)).toEqual(new Map());
  },
  600_000,
);
