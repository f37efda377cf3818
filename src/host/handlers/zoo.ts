import { basename, join } from 'node:path';
import { HostError } from '../../contract/errors.ts';
import type { BatchRowView, PlannedModelRow, zooCalls, ZooModelRow, ZooRun } from '../../contract/zoo.ts';
import {
  batchReport,
  planZoo,
  recipeSchema,
  reportCsv,
  reportHtml,
  runBatch,
  scanZoo,
  type BatchReport,
  type BatchRow,
  type PlannedModel,
  type Zoo,
  type ZooModel,
  type ZooPlan,
} from '../../engine/index.ts';
import type { Access } from '../access.ts';
import type { SpawnWorker } from '../engine.ts';
import { toFailure } from '../failure.ts';
import type { Handlers } from './handlers.ts';

const rowsPerPage = 200;
const changeMilliseconds = 100;
const idle: ZooRun = { state: 'idle', done: 0, bytesDone: 0, bytesTotal: 0, failed: 0 };

type Names = keyof typeof zooCalls;

/** One zoo at a time. A new scan forgets the plan, a new plan the run; what runs must be cancelled first. */
export function zooHandlers(parts: {
  readonly access: Access;
  readonly spawnWorker: SpawnWorker;
  readonly dataFolder: string;
  readonly changed: (run: ZooRun) => void;
}): { readonly handlers: Handlers<Names>; readonly close: () => Promise<void> } {
  const { access, spawnWorker, dataFolder } = parts;
  let zoo: Zoo | undefined;
  let plan: ZooPlan | undefined;
  let report: BatchReport | undefined;
  let run = idle;
  let stop = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  let told = 0;

  const set = (next: ZooRun): ZooRun => {
    const isTick = next.state === run.state && next.model === run.model && next.failed === run.failed;
    run = next;
    if (isTick && performance.now() - told < changeMilliseconds) return run;
    told = performance.now();
    parts.changed(run);
    return run;
  };
  /** Does one thing at a time and shows how it ends. */
  const work = async <Result>(
    state: ZooRun['state'],
    task: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    if (['scanning', 'planning', 'running'].includes(run.state))
      throw new HostError({ code: 'UNSUPPORTED', message: 'The zoo is being worked on; cancel that first.' });
    stop = new AbortController();
    const { signal } = stop;
    set({ ...idle, state });
    try {
      const result = await task(signal);
      set({ ...run, state: 'done' });
      return result;
    } catch (error) {
      const { message } = toFailure(error, 'working on the zoo');
      set({ ...run, state: signal.aborted ? 'cancelled' : 'failed', message });
      throw error;
    }
  };
  const carryOut = async (signal: AbortSignal, threads: number | undefined): Promise<void> => {
    if (!zoo || !plan) return;
    const rows: BatchRow[] = [];
    report = batchReport(plan, rows);
    for await (const event of runBatch({ zoo, plan, threads }, { spawnWorker, signal })) {
      if (event.type === 'batch-started') set({ ...run, total: event.models, bytesTotal: event.bytesTotal });
      else if (event.type === 'model-started') set({ ...run, done: event.number, model: event.id });
      else if (event.type === 'model-progress') set({ ...run, bytesDone: event.bytesDone });
      else if (event.type === 'model-finished') {
        report = batchReport(plan, (rows.push(event.row), rows));
        set({ ...run, done: run.done + 1, failed: run.failed + (event.row.state === 'failed' ? 1 : 0) });
      } else report = event.report;
    }
  };

  const handlers: Handlers<Names> = {
    'zoo.scan': ({ roots }) =>
      work('scanning', async (signal) => {
        zoo = plan = report = undefined;
        const allowed = await Promise.all(roots.map((root) => access.check(root)));
        const cache = join(dataFolder, 'zoo-scan.json');
        zoo = await scanZoo({ roots: allowed, cache }, { signal, progress: (done) => set({ ...run, done }) });
        const equals = zoo.models.filter(({ equalTo }) => equalTo !== undefined);
        return {
          ...{
            roots: [...zoo.roots],
            models: zoo.models.length,
            files: zoo.files,
            bytes: zoo.bytes,
            others: zoo.others,
          },
          equalBytes: equals.reduce((sum, { bytes }) => sum + bytes, 0),
          unreadable: zoo.unreadable.slice(0, rowsPerPage).map((one) => ({ ...one })),
        };
      }),
    'zoo.models': ({ offset = 0, limit = rowsPerPage }) => {
      const { models } = required(zoo, 'scanned');
      return { models: models.slice(offset, offset + limit).map(toModel), total: models.length };
    },
    'zoo.plan': ({ output, recipe }) =>
      work('planning', async (signal) => {
        const scanned = required(zoo, 'scanned');
        plan = report = undefined;
        const progress = (done: number, total: number): unknown => set({ ...run, done, total });
        plan = await planZoo(scanned, await access.check(output), recipeSchema.parse(recipe), { signal, progress });
        const { bytesNow, bytesThen, models, drive } = plan;
        return { output: plan.output, bytesNow, bytesThen, models: models.length, drive };
      }),
    'zoo.planned': ({ search = '', action, sort = 'order', offset = 0, limit = rowsPerPage }) => {
      const wanted = search.toLowerCase();
      const found = required(plan, 'planned').models.filter(
        (model) =>
          (action === undefined || model.action === action) &&
          `${model.id}\n${model.reason}`.toLowerCase().includes(wanted),
      );
      const models = sort === 'order' ? found : found.toSorted(orders[sort]);
      return { models: models.slice(offset, offset + limit).map(toPlanned), total: models.length };
    },
    'zoo.start': ({ threads }) => {
      required(plan, 'planned');
      running = work('running', (signal) => carryOut(signal, threads));
      // Whoever watches hears of a failure by the event.
      running.catch(() => undefined);
      return run;
    },
    'zoo.cancel': async () => {
      stop.abort();
      await running.catch(() => undefined);
      return run;
    },
    'zoo.state': () => run,
    'zoo.report': ({ search = '', state, offset = 0, limit = rowsPerPage }) => {
      const { rows, needsAttention, ...sums } = required(report, 'run');
      const { output, models, bytesIn, bytesOut, archivedBytes, seconds, states } = sums;
      const wanted = search.toLowerCase();
      const found = rows.filter(
        (row) => (state === undefined || row.state === state) && row.id.toLowerCase().includes(wanted),
      );
      return {
        ...{ output, models, bytesIn, bytesOut, archivedBytes, seconds, states, total: found.length },
        needsAttention: needsAttention.slice(0, rowsPerPage).map(toRow),
        rows: found.slice(offset, offset + limit).map(toRow),
      };
    },
    'zoo.download': ({ format }) => {
      const known = required(report, 'run');
      return { ...files[format](known), name: `${basename(known.output)} report.${format}` };
    },
  };
  return {
    handlers,
    close: async () => {
      stop.abort();
      await running.catch(() => undefined);
    },
  };
}

const { compare } = new Intl.Collator('en', { numeric: true });

const orders: Readonly<Record<'name' | 'size' | 'saving', (a: PlannedModel, b: PlannedModel) => number>> = {
  name: (a, b) => compare(a.id, b.id),
  size: (a, b) => b.bytesNow - a.bytesNow,
  saving: (a, b) => b.bytesNow - b.bytesThen - (a.bytesNow - a.bytesThen),
};

const files: Readonly<
  Record<'html' | 'csv' | 'json', (report: BatchReport) => { readonly type: string; readonly text: string }>
> = {
  html: (report) => ({ type: 'text/html', text: reportHtml(report) }),
  csv: (report) => ({ type: 'text/csv', text: reportCsv(report) }),
  json: (report) => ({ type: 'application/json', text: JSON.stringify(report, null, 2) }),
};

function required<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new HostError({ code: 'UNSUPPORTED', message: `No zoo has been ${what} yet.` });
  return thing;
}

function toModel({ id, name, kind, app, path, bytes, files, aliases, equalTo }: ZooModel): ZooModelRow {
  return {
    ...{ id, name, kind, path, bytes, files: files.length, aliases: aliases.slice(0, 100) },
    ...(app && { app }),
    ...(equalTo !== undefined && { equalTo }),
  };
}

function toPlanned(model: PlannedModel): PlannedModelRow {
  const { id, name, path, action, reason, preset, bases, equalTo, bytesNow, bytesThen } = model;
  return {
    ...{ id, name, path, action, reason, preset, bases: [...bases], bytesNow, bytesThen },
    ...(equalTo !== undefined && { equalTo }),
  };
}

function toRow({
  id,
  name,
  path,
  action,
  reason,
  state,
  bytesIn,
  bytesOut,
  seconds,
  archive,
  code,
  note,
}: BatchRow): BatchRowView {
  return {
    ...{ id, name, path, action, reason, state, bytesIn, bytesOut, seconds },
    ...(archive !== undefined && { archive }),
    ...(code !== undefined && { code }),
    ...(note !== undefined && { note }),
  };
}
