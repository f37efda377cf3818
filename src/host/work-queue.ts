import { randomUUID } from 'node:crypto';
import type { Work } from '../contract/work.ts';
import { toFailure } from './failure.ts';

const remembered = 50;
const millisecondsBetweenEvents = 100;

/** What is heard of work as it goes on; other events are passed over. */
export type WorkEvent<Report, State> =
  | {
      readonly type: 'progress';
      readonly phase: string;
      readonly bytesDone: number;
      readonly bytesTotal: number;
      readonly secondsLeft?: number;
    }
  /** What else became known. */
  | { readonly type: 'state'; readonly change: Partial<State> }
  | { readonly type: 'finished'; readonly report: Report }
  | { readonly type: 'started' | 'tensor' | 'notice' };

export interface WorkQueue<Request, State> {
  add(request: Request): State;
  /** False when it has ended already or never was. */
  cancel(id: string): boolean;
  list(): readonly State[];
  close(): Promise<void>;
}

export interface WorkQueueOptions<Request, State, Report> {
  /** What it does, as it is told behind "while" in words of failures. */
  readonly doing: string;
  readonly nameOf: (request: Request) => string;
  readonly start: (request: Request, signal: AbortSignal, id: string) => AsyncIterable<WorkEvent<Report, State>>;
  readonly changed: (state: State) => void;
  /** What the state of ended work has besides. */
  readonly finished: (report: Report, id: string) => Promise<Partial<State>> | Partial<State>;
}

/** Runs work one piece after another, since each takes all cores, and remembers the latest of this session. */
export function createWorkQueue<Request, State extends Work & { readonly request: Request }, Report>(
  options: WorkQueueOptions<Request, State, Report>,
): WorkQueue<Request, State> {
  interface Entry {
    state: State;
    readonly controller: AbortController;
  }
  const { doing, nameOf, start, changed, finished } = options;
  const entries: Entry[] = [];
  let running: Promise<void> | undefined;

  const set = (entry: Entry, change: Partial<Work> | Partial<State>, tell = true) => {
    entry.state = { ...entry.state, ...change, revision: entry.state.revision + 1 };
    if (tell) changed(entry.state);
  };

  const run = async (entry: Entry) => {
    let told = 0;
    set(entry, { state: 'running' });
    try {
      for await (const event of start(entry.state.request, entry.controller.signal, entry.state.id)) {
        if (event.type === 'progress') {
          const { phase, bytesDone, bytesTotal, secondsLeft } = event;
          const isDue = performance.now() - told >= millisecondsBetweenEvents;
          if (isDue) told = performance.now();
          const left = secondsLeft === undefined ? {} : { secondsLeft };
          set(entry, { phase, done: bytesDone, total: bytesTotal, ...left }, isDue);
        } else if (event.type === 'state') set(entry, event.change);
        else if (event.type === 'finished') set(entry, await finished(event.report, entry.state.id), false);
      }
      set(entry, { state: 'done' });
    } catch (thrown) {
      const error = toFailure(thrown, doing);
      set(entry, { state: error.code === 'CANCELLED' ? 'cancelled' : 'failed', error });
    }
  };

  const runAll = async () => {
    const waiting = () => entries.find(({ state }) => state.state === 'queued');
    for (let next = waiting(); next !== undefined; next = waiting()) await run(next);
    running = undefined;
  };

  const cancel = (id: string): boolean => {
    const entry = entries.find(({ state }) => state.id === id);
    if (entry === undefined || (entry.state.state !== 'queued' && entry.state.state !== 'running')) return false;
    entry.controller.abort();
    if (entry.state.state === 'queued') set(entry, { state: 'cancelled' });
    return true;
  };

  return {
    add(request) {
      const work: Work & { readonly request: Request } = {
        ...{ id: randomUUID(), revision: 0, request, name: nameOf(request) },
        ...{ state: 'queued', done: 0, total: 0 },
      };
      const state = work as State;
      entries.push({ state, controller: new AbortController() });
      const oldest = entries.findIndex(({ state: { state: at } }) => at !== 'queued' && at !== 'running');
      if (entries.length > remembered && oldest >= 0) entries.splice(oldest, 1);
      changed(state);
      running ??= Promise.resolve().then(runAll);
      return state;
    },
    cancel,
    list: () => entries.map(({ state }) => state),
    async close() {
      for (const { state } of entries) cancel(state.id);
      await running;
    },
  };
}
