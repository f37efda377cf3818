import { basename } from 'node:path';
import { FeatherweightError, type JobEvent, type Phase, type ProgressEvent } from '../engine/index.ts';
import type { CandidateEvent, TrialEvent } from '../evaluation/index.ts';
import type { Output } from './output.ts';
import { escapeUnsafe } from './view/escape.ts';
import { trialText } from './view/fit.ts';
import { progressView } from './view/progress.ts';

/** A script wants a steady pulse, not a line per block. */
const jsonProgressMilliseconds = 250;

/**
 * Runs a job to its end, shows its events, and returns its report; the caller prints `finished`, because a command may
 * run several jobs. Throws what the job throws.
 */
export async function follow<Result>(
  events: AsyncIterable<JobEvent<Result> | CandidateEvent | TrialEvent>,
  path: string,
  output: Output,
): Promise<Result> {
  const progress = progressView(output, escapeUnsafe(basename(path)));
  const isDue = pulse();
  let report: Result | undefined;
  try {
    for await (const event of events) {
      if (event.type === 'finished') {
        report = event.report;
        continue;
      }
      if (event.type !== 'progress' || isDue(event)) output.line(event);
      if (event.type === 'progress') progress.show(event);
      else if (event.type === 'trial') progress.begin(trialText(event));
      else if (event.type === 'notice') output.warn(`Note: ${escapeUnsafe(event.message)}`);
    }
  } finally {
    progress.end();
  }
  if (report === undefined) throw new FeatherweightError('INTERNAL', 'The job ended without a report.');
  return report;
}

/**
 * True for the first progress of a phase, for its last, and a few times a second between; phases that run at the same time
 * are counted apart.
 */
function pulse(): (event: ProgressEvent) => boolean {
  const lastTimes = new Map<Phase, number>();
  return ({ phase, bytesDone, bytesTotal }) => {
    const now = performance.now();
    const last = lastTimes.get(phase);
    if (last !== undefined && bytesDone < bytesTotal && now - last < jsonProgressMilliseconds) return false;
    lastTimes.set(phase, now);
    return true;
  };
}
