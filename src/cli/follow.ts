import { basename } from 'node:path';
import { FeatherweightError, type JobEvent, type Phase, type ProgressEvent, type Report } from '../engine/index.ts';
import type { Output } from './output.ts';
import { escapeUnsafe } from './view/escape.ts';
import { progressView } from './view/progress.ts';

/** A script wants a steady pulse, not a line per block. */
const jsonProgressMilliseconds = 250;

/**
 * Runs a job to its end, shows its events, and returns its report; the caller prints `finished`, because a command may
 * run several jobs. Throws what the job throws.
 */
export async function follow<Result extends Report>(
  events: AsyncIterable<JobEvent<Result>>,
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
      else if (event.type === 'notice') output.warn(`Note: ${escapeUnsafe(event.message)}`);
    }
  } finally {
    progress.end();
  }
  if (report === undefined) throw new FeatherweightError('INTERNAL', 'The job ended without a report.');
  return report;
}

/** True for the first progress of a phase, for its last, and a few times a second between. */
function pulse(): (event: ProgressEvent) => boolean {
  let lastTime = 0;
  let lastPhase: Phase | undefined;
  return ({ phase, bytesDone, bytesTotal }) => {
    const now = performance.now();
    if (phase === lastPhase && bytesDone < bytesTotal && now - lastTime < jsonProgressMilliseconds) return false;
    lastTime = now;
    lastPhase = phase;
    return true;
  };
}
