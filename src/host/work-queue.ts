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
  /** Stops it so that it can go on; false when it does not wait or work, or is of a kind that is not kept. */
  pause(id: string): boolean;
  /** False when it was neither paused nor interrupted. */
  resume(id: string): boolean;
  list(): readonly State[];
  close(): Promise<void>;
}

export interface WorkQueueOptions<Request, State, Report> {
  /** What it does, as it is told behind "while" in words of failures. */
  readonly doing: string;
  readonly nameOf: (request: Request) => string;
  readonly start: (state: State, signal: AbortSignal) => AsyncIterable<WorkEvent<Report, State>>;
  readonly changed: (state: State) => void;
  /** What the state of ended work has besides. */
  readonly finished: (report: Report, id: string) => Promise<Partial<State>> | Partial<State>;
  /** For work that can be paused, and that the end of the program interrupts rather than cancels. */
  readonly kept?: {
    /** What waits to go on from earlier starts. */
    readonly earlier: readonly State[];
    /** Keeps what has not ended; called whenever that is something else. */
    readonly save: (unfinished: readonly State[]) => void;
    /** A state without what was only true while it worked. */
    readonly atRest: (state: State) => State;
  };
}

/** Runs work one piece after another, since each takes all cores, and remembers the latest of this session. */
export function createWorkQueue<Request, State extends Work & { readonly request: Request }, Report>(
  options: WorkQueueOptions<Request, State, Report>,
): WorkQueue<Request, State> {
  interface Entry {
    state: State;
    controller: AbortController;
    isPausing?: boolean;
  }
  const { doing, nameOf, start, changed, finished, kept } = options;
  const entries: Entry[] = (kept?.earlier ?? []).map((state) => ({ state, controller: new AbortController() }));
  let isClosing = false;
  let running: Promise<void> | undefined;

  const set = (entry: Entry, change: Partial<Work> | Partial<State>, tell = true) => {
    entry.state = { ...entry.state, ...change, revision: entry.state.revision + 1 };
    if (tell) changed(entry.state);
  };

  const keep = () => kept?.save(entries.map(({ state }) => state).filter(isUnfinished));

  const run = async (entry: Entry) => {
    let told = 0;
    set(entry, { state: 'running' });
    try {
      for await (const event of start(entry.state, entry.controller.signal)) {
        if (event.type === 'progress') {
          const { phase, bytesDone, bytesTotal, secondsLeft } = event;
          const isDue = performance.now() - told >= millisecondsBetweenEvents;
          if (isDue) told = performance.now();
          const left = secondsLeft === undefined ? {} : { secondsLeft };
          set(entry, { phase, done: bytesDone, total: bytesTotal, ...left }, isDue);
        } else if (event.type === 'state') {
          set(entry, event.change);
          keep();
        } else if (event.type === 'finished') set(entry, await finished(event.report, entry.state.id), false);
      }
      set(entry, { state: 'done' });
    } catch (thrown) {
      const error = toFailure(thrown, doing);
      if (error.code !== 'CANCELLED') set(entry, { state: 'failed', error });
      else if (entry.isPausing) set(entry, { state: 'paused' });
      else if (kept && isClosing) set(entry, { state: 'interrupted' });
      else set(entry, { state: 'cancelled', error });
    }
    keep();
  };

  const runAll = async () => {
    const waiting = () => entries.find(({ state }) => state.state === 'queued');
    for (let next = waiting(); next !== undefined; next = waiting()) await run(next);
    running = undefined;
  };

  const cancel = (id: string): boolean => {
    const entry = entries.find(({ state }) => state.id === id);
    if (entry === undefined || !isUnfinished(entry.state)) return false;
    entry.isPausing = false;
    entry.controller.abort();
    if (entry.state.state !== 'running') set(entry, { state: 'cancelled' });
    keep();
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
      const oldest = entries.findIndex(({ state: each }) => !isUnfinished(each));
      if (entries.length > remembered && oldest >= 0) entries.splice(oldest, 1);
      changed(state);
      keep();
      running ??= Promise.resolve().then(runAll);
      return state;
    },
    cancel,
    pause(id) {
      const entry = entries.find(({ state }) => state.id === id);
      if (entry === undefined || !kept || !isUnderWay(entry.state) || entry.controller.signal.aborted) return false;
      if (entry.state.state === 'queued') set(entry, { state: 'paused' });
      else {
        entry.isPausing = true;
        entry.controller.abort();
      }
      keep();
      return true;
    },
    resume(id) {
      const place = entries.findIndex(({ state }) => state.id === id && isWaitingToGoOn(state));
      const [entry] = place < 0 ? [] : entries.splice(place, 1);
      if (entry === undefined || !kept) return false;
      entries.push(entry);
      entry.isPausing = false;
      entry.controller = new AbortController();
      entry.state = kept.atRest(entry.state);
      set(entry, { state: 'queued' });
      keep();
      running ??= Promise.resolve().then(runAll);
      return true;
    },
    list: () => entries.map(({ state }) => state),
    async close() {
      isClosing = true;
      for (const entry of entries) {
        if (entry.state.state === 'running') entry.controller.abort();
        if (entry.state.state === 'queued') set(entry, { state: kept ? 'interrupted' : 'cancelled' });
      }
      await running;
    },
  };
}

function isUnderWay({ state }: Work): boolean {
  return state === 'queued' || state === 'running';
}

/** Whether work was paused or interrupted, so that a person may have it go on. */
export function isWaitingToGoOn({ state }: Work): boolean {
  return state === 'paused' || state === 'interrupted';
}

function isUnfinished(work: Work): boolean {
  return isUnderWay(work) || isWaitingToGoOn(work);
}
