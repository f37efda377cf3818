import { basename, join } from 'node:path';
import { HostError } from '../../contract/errors.ts';
import { isZooBusy, type zooCalls, type ZooRun } from '../../contract/zoo.ts';
import {
  batchReport,
  completeRecipe,
  planZoo,
  runBatch,
  scanZoo,
  type BatchReport,
  type BatchRow,
  type Zoo,
} from '../../engine/index.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Access } from '../files/access.ts';
import { driveRoom } from '../files/disk-room.ts';
import type { SpawnWorker } from '../engine.ts';
import { toFailure } from '../failure.ts';
import type { History } from '../history.ts';
import { plannedOrders, reportFiles, toModel, toPlanned, toPlanSummary, toRow, toSummary } from '../zoo/views.ts';
import { advanced, settled } from '../zoo/progress.ts';
import { reviveZoo, type KeptRun, type RunOptions } from '../zoo/revival.ts';
import type { Handlers } from './handlers.ts';

const rowsPerPage = 200;
const changeMilliseconds = 100;
const idle: Omit<ZooRun, 'revision'> = { state: 'idle', done: 0, bytesDone: 0, bytesTotal: 0, failed: 0 };

type Names = keyof typeof zooCalls;

/**
 * One zoo at a time. A new scan forgets the plan, a new plan the run; what runs must be cancelled first. All three outlast the
 * program: a run that ended with it, not by being cancelled, goes on by itself at the next start.
 */
export async function zooHandlers(parts: {
  readonly access: Access;
  readonly spawnWorker: SpawnWorker;
  readonly dataFolder: string;
  readonly history: Pick<History, 'loadZoo' | 'saveZoo'>;
  readonly settings: () => Settings;
  readonly changed: (run: ZooRun) => void;
}): Promise<{ readonly handlers: Handlers<Names>; readonly close: () => Promise<void> }> {
  const { access, spawnWorker, dataFolder, history } = parts;
  const kept = await reviveZoo(await history.loadZoo(), access);
  let zoo = kept.zoo;
  let plan = kept.plan;
  let report = kept.report;
  // Above those of earlier starts, so that windows which remember one take this for newer.
  let run: ZooRun = { ...idle, ...kept.run, revision: Date.now() };
  let stop = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  let options: RunOptions = {};
  let isClosing = false;
  let told = 0;

  const set = (next: Omit<ZooRun, 'revision'>): ZooRun => {
    const isTick = next.state === run.state && next.model === run.model && next.failed === run.failed;
    run = { ...next, revision: run.revision + 1 };
    if (isTick && performance.now() - told < changeMilliseconds) return run;
    told = performance.now();
    parts.changed(run);
    return run;
  };
  const keepRun = (): void => {
    const state = isClosing && run.state === 'cancelled' ? 'running' : run.state;
    if (plan) history.saveZoo('run', { run: { ...run, state }, rows: report?.rows ?? [], options } satisfies KeptRun);
  };
  /** Does one thing at a time and shows how it ends. */
  const work = async <Result>(
    state: ZooRun['state'],
    task: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    requireRest(run);
    stop = new AbortController();
    const { signal } = stop;
    set({ ...idle, state });
    try {
      const result = await task(signal);
      set({ ...settled(run), state: 'done' });
      return result;
    } catch (error) {
      const { message } = toFailure(error, 'working on the zoo');
      set({ ...settled(run), state: signal.aborted ? 'cancelled' : 'failed', message });
      throw error;
    } finally {
      if (state === 'running') keepRun();
    }
  };
  const scan = (roots: readonly string[], signal: AbortSignal, progress: (files: number) => void): Promise<Zoo> =>
    scanZoo({ roots, cache: join(dataFolder, 'zoo-scan.json') }, { signal, progress });

  const carryOut = async (signal: AbortSignal): Promise<void> => {
    const { threads } = options;
    const only = options.only && new Set(options.only);
    const planned = required(plan, 'planned').plan;
    const rows = new Map<string, BatchRow>((only ? (report?.rows ?? []) : []).map((row) => [row.id, row]));
    report = batchReport(planned, [...rows.values()]);
    keepRun();
    zoo = renewed(required(zoo, 'scanned'), await scan(planned.roots, signal, () => undefined));
    const { reserve } = await driveRoom(planned.output, 0);
    const reserveBytes = () => parts.settings().diskReserveBytes || reserve;
    const batch = runBatch({ zoo, plan: planned, threads, only, reserveBytes }, { spawnWorker, signal });
    for await (const event of batch) {
      if (event.type === 'model-finished') {
        rows.set(event.row.id, event.row);
        report = batchReport(planned, [...rows.values()]);
        set({ ...settled(run), done: run.done + 1, failed: report.states.failed });
      } else set(advanced(run, event));
    }
  };
  const begin = (wanted: RunOptions): ZooRun => {
    requireRest(run);
    options = wanted;
    running = work('running', carryOut);
    // Whoever watches hears of a failure by the event.
    running.catch(() => undefined);
    return run;
  };

  const handlers: Handlers<Names> = {
    'zoo.scan': ({ roots }) =>
      work('scanning', async (signal) => {
        zoo = plan = report = undefined;
        const allowed = await Promise.all(roots.map((root) => access.check(root)));
        zoo = await scan(allowed, signal, (done) => set({ ...run, done }));
        history.saveZoo('scan', zoo);
        return toSummary(zoo);
      }),
    'zoo.last': () => ({
      ...(zoo && { summary: toSummary(zoo) }),
      ...(plan && { plan: toPlanSummary(plan) }),
    }),
    'zoo.models': ({ offset = 0, limit = rowsPerPage }) => {
      const { models } = required(zoo, 'scanned');
      return { models: models.slice(offset, offset + limit).map(toModel), total: models.length };
    },
    'zoo.plan': ({ output, recipe }) =>
      work('planning', async (signal) => {
        const scanned = required(zoo, 'scanned');
        plan = report = undefined;
        const hooks = { signal, progress: (done: number, total: number): unknown => set({ ...run, done, total }) };
        const made = await planZoo(scanned, await access.check(output), await completeRecipe(recipe), hooks);
        plan = { made: Date.now(), recipe, plan: made };
        history.saveZoo('plan', plan);
        return toPlanSummary(plan);
      }),
    'zoo.planned': ({ search = '', action, sort = 'order', offset = 0, limit = rowsPerPage }) => {
      const wanted = search.toLowerCase();
      const found = required(plan, 'planned').plan.models.filter(
        (model) =>
          (action === undefined || model.action === action) &&
          `${model.id}\n${model.reason}`.toLowerCase().includes(wanted),
      );
      const models = sort === 'order' ? found : found.toSorted(plannedOrders[sort]);
      return { models: models.slice(offset, offset + limit).map(toPlanned), total: models.length };
    },
    'zoo.start': ({ threads }) => {
      required(plan, 'planned');
      return begin({ threads });
    },
    'zoo.retry': ({ ids }) => {
      required(plan, 'planned');
      const failed = required(report, 'run').needsAttention.map(({ id }) => id);
      const wanted = new Set(ids ?? failed);
      return begin({ only: failed.filter((id) => wanted.has(id)) });
    },
    'zoo.cancel': async () => {
      stop.abort();
      await running.catch(() => undefined);
      return run;
    },
    'zoo.state': () => run,
    'zoo.report': ({ search = '', state, offset = 0, limit = rowsPerPage }) => {
      const { rows, ...sums } = required(report, 'run');
      const { output, models, bytesIn, bytesOut, archivedBytes, seconds, states } = sums;
      const wanted = search.toLowerCase();
      const found = rows.filter(
        (row) => (state === undefined || row.state === state) && row.id.toLowerCase().includes(wanted),
      );
      return {
        ...{ output, models, bytesIn, bytesOut, archivedBytes, seconds, states, total: found.length },
        rows: found.slice(offset, offset + limit).map(toRow),
      };
    },
    'zoo.download': ({ format }) => {
      const known: BatchReport = required(report, 'run');
      return { ...reportFiles[format](known), name: `${basename(known.output)} report.${format}` };
    },
  };
  if (kept.unfinished) begin(kept.unfinished);
  return {
    handlers,
    close: async () => {
      isClosing = true;
      stop.abort();
      await running.catch(() => undefined);
    },
  };
}

/** The models as they were planned, with the state that their files are in now. */
function renewed(zoo: Zoo, { models }: Zoo): Zoo {
  const now = new Map(models.map((model) => [model.id, model]));
  return { ...zoo, models: zoo.models.map((model) => now.get(model.id) ?? model) };
}

function requireRest(run: ZooRun): void {
  if (isZooBusy(run))
    throw new HostError({ code: 'UNSUPPORTED', message: 'The zoo is being worked on; cancel that first.' });
}

function required<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new HostError({ code: 'UNSUPPORTED', message: `No zoo has been ${what} yet.` });
  return thing;
}
