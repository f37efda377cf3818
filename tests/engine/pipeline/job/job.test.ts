import { afterEach, expect, test, vi } from 'vitest';
import { runJob } from '../../../../src/engine/pipeline/job/job.ts';

afterEach(() => void vi.useRealTimers());

test('the time left of work that stands still between bursts is told from several of them', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const [bursts, steps, pause] = [40, 10, 12];
  const total = bursts * steps;
  const truth = bursts * (pause + steps * 0.125);
  const job = runJob<undefined>(undefined, (reporter) => {
    let done = 0;
    for (let burst = 0; burst < bursts; burst++) {
      vi.advanceTimersByTime(1000 * pause);
      for (let step = 0; step < steps; step++) {
        vi.advanceTimersByTime(125);
        reporter.progress('export', ++done, total, 0);
      }
    }
    return Promise.resolve(undefined);
  });
  let told = 0;
  for await (const event of job) {
    if (event.type !== 'progress' || event.bytesDone <= 3 * steps || event.bytesDone === total) continue;
    const left = truth * (1 - event.bytesDone / total);
    expect(event.secondsLeft).toBeGreaterThan(left / 2);
    expect(event.secondsLeft).toBeLessThan(left * 2);
    told += 1;
  }
  expect(told).toBeGreaterThan(300);
});

test('events that come all at once, as those of many tensors do, are handed on in their order and without delay', async () => {
  const count = 300_000;
  const job = runJob<undefined>(undefined, (reporter) => {
    for (let number = 0; number < count; number++) reporter.emit({ type: 'notice', message: String(number) });
    return Promise.resolve(undefined);
  });
  const before = performance.now();
  let told = 0;
  for await (const event of job) {
    if (event.type === 'notice' && event.message === String(told)) told += 1;
  }
  expect(told).toBe(count);
  expect(performance.now() - before).toBeLessThan(10_000);
});
