import { CancelledError, FeatherweightError, toFeatherweightError } from '../../errors.ts';
import type { JobEvent, Phase, ProgressEvent } from './events.ts';
import type { EngineContext } from './requests.ts';

/** Why a signal was aborted, when the work is to be gone on with by a later job with the same request. */
export class Suspension extends Error {
  constructor() {
    super('Stopped for now; the work so far is kept.');
    this.name = 'Suspension';
  }
}

/** What an earlier run left does not fit; the work begins again without it. */
export class StaleWorkError extends FeatherweightError {
  constructor(cause?: unknown) {
    super('CHANGED', 'What an earlier run left does not fit the original.', { cause });
  }
}

/** Whether a later job will go on with what a failed one has done. */
export function isToBeKept(error: unknown, { signal, keepsWork = false }: EngineContext): boolean {
  if (signal?.aborted) return signal.reason instanceof Suspension;
  return keepsWork && toFeatherweightError(error).code === 'DISK_FULL';
}

/** How work tells what it does; `Own` are events that only this kind of work has. */
export interface Reporter<Result, Own = never> {
  emit(event: Exclude<JobEvent<Result>, { type: 'finished' | 'progress' }> | Own): void;
  /** Tells how far a phase is; events come at most ten times a second, and at the end of the phase. */
  progress(phase: Phase, bytesDone: number, bytesTotal: number, bytesOut: number): void;
}

/**
 * Runs work as a stream of events, the last of which is `finished` with what the work returned. Whatever the work throws is
 * thrown here as an engine error; leaving the loop early, or the signal, stops the work and waits until it has cleaned up.
 */
export async function* runJob<Result, Own = never>(
  signal: AbortSignal | undefined,
  work: (reporter: Reporter<Result, Own>, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<JobEvent<Result> | Own, void, undefined> {
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const queue: (JobEvent<Result> | Own)[] = [];
  let wake = Promise.withResolvers<undefined>();
  const push = (event: JobEvent<Result> | Own): void => {
    queue.push(event);
    wake.resolve(undefined);
  };
  const clock = new ProgressClock();
  const reporter: Reporter<Result, Own> = {
    emit: push,
    progress(phase, bytesDone, bytesTotal, bytesOut) {
      const event = clock.tick(phase, bytesDone, bytesTotal, bytesOut);
      if (event) push(event);
    },
  };
  const running = work(reporter, stopped).then((report) => push({ type: 'finished', report }));
  const ended = running.then(
    () => true,
    () => true,
  );
  try {
    for (let hasEnded = false; !hasEnded;) {
      hasEnded = await Promise.race([ended, wake.promise.then(() => false)]);
      wake = Promise.withResolvers();
      // All that there are at once: a hundred thousand tensors come together, and taking the first of so many moves all others.
      // One by one, because `yield*` makes several promises for each.
      for (let batch = queue.splice(0); batch.length > 0; batch = queue.splice(0))
        for (const event of batch) yield event;
    }
    await running;
  } catch (error) {
    throw stopped.aborted ? new CancelledError() : toFeatherweightError(error);
  } finally {
    stop.abort();
    await ended;
  }
}

const tickSeconds = 0.1;
const windowSeconds = 4;
/** Work that goes on by fits and starts is measured over several of them. */
const leastMarks = 30;

/** Turns counts of bytes into progress events whose rate is that of the last few seconds. */
class ProgressClock {
  readonly #phases = new Map<Phase, { readonly marks: { time: number; bytes: number }[]; last: number }>();

  tick(phase: Phase, bytesDone: number, bytesTotal: number, bytesOut: number): ProgressEvent | undefined {
    const time = performance.now() / 1000;
    let state = this.#phases.get(phase);
    if (!state) {
      state = { marks: [{ time, bytes: bytesDone }], last: -Infinity };
      this.#phases.set(phase, state);
    }
    if (time - state.last < tickSeconds && bytesDone < bytesTotal) return undefined;
    state.last = time;
    const { marks } = state;
    marks.push({ time, bytes: bytesDone });
    while (marks.length > leastMarks && time - (marks[0]?.time ?? time) > windowSeconds) marks.shift();
    const [first] = marks;
    const seconds = first ? time - first.time : 0;
    const rate = first && seconds > 0 ? Math.round((bytesDone - first.bytes) / seconds) : 0;
    const event = { type: 'progress', phase, bytesDone, bytesTotal, bytesOut, rate } as const;
    return rate > 0 ? { ...event, secondsLeft: Math.round(((bytesTotal - bytesDone) / rate) * 10) / 10 } : event;
  }
}
