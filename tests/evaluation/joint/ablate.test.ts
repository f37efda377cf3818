import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ablate, type AblationReport, type FitRequest, type TrialEvent } from '../../../src/evaluation/index.ts';
import { equalSizes } from '../../../src/evaluation/joint/ablate/equal-size.ts';
import { mostFits } from '../../../src/evaluation/joint/ablate/ablate.ts';
import { writeLinearTask } from '../../support/linear-task.ts';
import { folderWith } from '../../support/folder.ts';
import { finish } from '../../support/jobs.ts';
import { gaussians } from '../../support/streams.ts';
import { evaluationContext } from '../support.ts';
import { withoutCandidates } from './fits.ts';

const weights = 400_000;

/** Distances at some sizes, of something that takes `more` times the bytes of the whole, rounded by luck. */
function tried(more: number, luck: readonly number[], sizes: readonly number[] = [1, 1.05]) {
  return sizes.map((size, place) => {
    const bytes = Math.round(100_000 * size);
    const distance = 0.01 * Math.exp(-2.4e-5 * (bytes / more - 100_000) + (luck[place] ?? 0));
    return { bytes, distance };
  });
}

test('sizes that are as good are told with how far luck may have moved them', () => {
  const luck = Array.from(gaussians(60, 0.05, 5));
  const changes = [0.97, 1, 1.03, 1.1, 1.2].map((more, place) => tried(more, luck.slice(10 * place), [1, more]));
  const [first, again] = tried(1, [0, 0]);
  const found = equalSizes([first!, again!], changes, weights);
  for (const [place, more] of [0.97, 1, 1.03, 1.1, 1.2].entries()) {
    const { bytes, interval } = found[place]!;
    expect(interval?.low).toBeLessThan(100_000 * more);
    expect(interval?.high).toBeGreaterThan(100_000 * more);
    expect(interval!.high - interval!.low).toBeLessThan(20_000);
    expect(Math.abs(bytes - 100_000 * more)).toBeLessThan(6_000);
  }
});

test('no size is told where nothing near was tried, and no interval where too little was', () => {
  const [first, again] = tried(1, [0, 0]);
  const far = [{ bytes: 100_000, distance: 0.5 }];
  const [none, one] = equalSizes([first!, again!], [far, tried(1.02, [0], [1])], weights);
  expect(none).toBeUndefined();
  expect(one?.bytes).toBeCloseTo(102_000, -3.3);
  const [alone] = equalSizes([first!], [tried(1.02, [0], [1])], weights);
  expect(alone?.interval).toBeNull();
});

test('a part that changes much is told from one that changes nothing, and a stopped run is gone on with', async () => {
  const folder = await folderWith({});
  const { model: input, task } = await writeLinearTask(folder);
  const parts = ['feedback', 'repair'] as const;
  const request = (name: string): FitRequest => ({
    ...{ input, task, target: { share: 0.1 }, single: 'none' },
    ...{ output: join(folder, `${name}.fwz`), cacheFolder: join(folder, name) },
  });
  const run = async (name: string): Promise<{ report: AblationReport; trials: readonly TrialEvent[] }> => {
    const trials: TrialEvent[] = [];
    const events = ablate(request(name), evaluationContext(), parts);
    const { report } = await finish(withoutCandidates(events, [], trials));
    return { report, trials };
  };
  const undisturbed = await run('undisturbed');

  const stop = new AbortController();
  const seen: string[] = [];
  const stopped = (async () => {
    for await (const event of ablate(request('stopped'), evaluationContext(stop.signal), parts))
      if (event.type === 'trial') {
        seen.push(event.part);
        if (event.number === 4) stop.abort();
      }
  })();
  await expect(stopped).rejects.toThrow(/Stopped/);
  const goneOn = await run('stopped');
  const { rows, fit } = undisturbed.report;
  expect(goneOn.report.rows).toEqual(rows);
  // What was found out before the stop took no time again.
  expect(goneOn.trials.slice(0, 4).map(({ part }) => part)).toEqual(seen);
  expect(goneOn.trials.slice(0, 4).every(({ secondsLeft }) => secondsLeft === undefined)).toBe(true);

  const [feedback, repair] = rows;
  expect(feedback).toMatchObject({ part: 'feedback', change: 'without' });
  // The inputs have nothing in common, and fewer are learned from than there are to a row: what they tell is luck, and misleads.
  expect(feedback?.interval?.high).toBeLessThan(fit.bytesOut);
  // It has no biases, so that it is the same model, and one fit tells that.
  expect(repair).toMatchObject({ bytes: fit.bytesOut, interval: { low: fit.bytesOut, high: fit.bytesOut } });
  expect(repair?.tried).toHaveLength(1);
  const { trials } = undisturbed;
  expect(trials.length).toBeLessThanOrEqual(mostFits(parts));
  for (const { number, left } of trials) expect(number + left).toBeGreaterThanOrEqual(trials.length);
}, 600_000);
