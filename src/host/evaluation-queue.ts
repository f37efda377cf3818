import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Evaluation, EvaluationRequest, EvaluationSummary } from '../contract/evaluations.ts';
import type { JobEvent } from '../engine/index.ts';
import type { EvaluationReport } from '../evaluation/index.ts';
import { toFailure } from './failure.ts';
import { toEvaluationSummary } from './evaluation-summary.ts';

const remembered = 50;
const millisecondsBetweenEvents = 100;

export interface EvaluationQueue {
  add(request: EvaluationRequest): Evaluation;
  /** False when it has ended already or never was. */
  cancel(id: string): boolean;
  list(): readonly Evaluation[];
  close(): Promise<void>;
}

export interface EvaluationQueueOptions {
  readonly start: (request: EvaluationRequest, signal: AbortSignal) => AsyncIterable<JobEvent<EvaluationReport>>;
  readonly changed: (evaluation: Evaluation) => void;
  readonly finished: (report: EvaluationReport, summary: EvaluationSummary) => Promise<void>;
}

interface Entry {
  state: Evaluation;
  readonly controller: AbortController;
}

/** Runs evaluations one after another, since each takes all cores. */
export function createEvaluationQueue({ start, changed, finished }: EvaluationQueueOptions): EvaluationQueue {
  const entries: Entry[] = [];
  let running: Promise<void> | undefined;

  const set = (entry: Entry, change: Partial<Evaluation>, tell = true) => {
    entry.state = { ...entry.state, ...change, revision: entry.state.revision + 1 };
    if (tell) changed(entry.state);
  };

  const run = async (entry: Entry) => {
    let told = 0;
    set(entry, { state: 'running' });
    try {
      for await (const event of start(entry.state.request, entry.controller.signal)) {
        if (event.type === 'progress') {
          const { phase, bytesDone, bytesTotal } = event;
          const isDue = performance.now() - told >= millisecondsBetweenEvents;
          if (isDue) told = performance.now();
          set(entry, { phase, done: bytesDone, total: bytesTotal }, isDue);
        } else if (event.type === 'finished') {
          const summary = toEvaluationSummary(entry.state.id, Date.now(), event.report);
          await finished(event.report, summary);
          set(entry, { summary }, false);
        }
      }
      set(entry, { state: 'done' });
    } catch (thrown) {
      const error = toFailure(thrown, 'evaluate');
      set(entry, { state: error.code === 'CANCELLED' ? 'cancelled' : 'failed', error });
    }
  };

  const runAll = async () => {
    const waiting = () => entries.find(({ state }) => state.state === 'queued');
    for (let next = waiting(); next !== undefined; next = waiting()) await run(next);
    running = undefined;
  };

  return {
    add(request) {
      const state = {
        ...{ id: randomUUID(), revision: 0, request, name: basename(request.model) },
        ...{ state: 'queued' as const, done: 0, total: 0 },
      };
      const entry = { state, controller: new AbortController() };
      entries.push(entry);
      const oldest = entries.findIndex(({ state: { state: at } }) => at !== 'queued' && at !== 'running');
      if (entries.length > remembered && oldest >= 0) entries.splice(oldest, 1);
      changed(state);
      running ??= Promise.resolve().then(runAll);
      return state;
    },
    cancel(id) {
      const entry = entries.find(({ state }) => state.id === id);
      if (entry === undefined || (entry.state.state !== 'queued' && entry.state.state !== 'running')) return false;
      entry.controller.abort();
      if (entry.state.state === 'queued') set(entry, { state: 'cancelled' });
      return true;
    },
    list: () => entries.map(({ state }) => state),
    async close() {
      for (const { state } of entries) this.cancel(state.id);
      await running;
    },
  };
}
