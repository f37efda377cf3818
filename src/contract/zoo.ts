import { z } from 'zod';
import { diskRoom } from './jobs.ts';

const path = z.string().min(1).max(4096);
const preset = z.enum(['quick', 'balanced', 'smallest']);
const offset = z.int().min(0).exactOptional();
const limit = z.int().min(1).max(1000).exactOptional();

/** Rules and choices, the same JSON that `fw batch --recipe` reads. */
export const zooRecipe = z.strictObject({
  preset: preset.exactOptional(),
  rules: z
    .array(
      z.strictObject({
        match: z.string().min(1).max(1000).exactOptional(),
        models: z.array(z.string().max(4096)).max(100_000).exactOptional(),
        olderThanDays: z.number().min(0).exactOptional(),
        smallerThanBytes: z.number().min(0).exactOptional(),
        copies: z.boolean().exactOptional(),
        action: z.enum(['skip', 'alone']).exactOptional(),
        preset: preset.exactOptional(),
      }),
    )
    .max(1000)
    .exactOptional(),
  families: z.boolean().exactOptional(),
  rebaseEvery: z.int().min(1).max(8).exactOptional(),
  leastSaving: z.number().min(0).max(1).exactOptional(),
});
export type ZooRecipe = z.infer<typeof zooRecipe>;

export const zooModel = z.object({
  /** Where it is below the folders; the key of a model in plan and report. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['file', 'sharded', 'folder', 'hub-snapshot', 'ollama']),
  app: z.enum(['huggingface', 'lm-studio', 'ollama', 'comfyui']).exactOptional(),
  path: z.string(),
  bytes: z.number(),
  files: z.number(),
  aliases: z.array(z.string()),
  equalTo: z.string().exactOptional(),
});
export type ZooModelRow = z.infer<typeof zooModel>;

export const zooSummary = z.object({
  roots: z.array(z.string()),
  models: z.number(),
  files: z.number(),
  /** Every file once, and every block of the disk that copies share. */
  bytes: z.number(),
  others: z.object({ files: z.number(), bytes: z.number() }),
  /** Bytes that models which are equal to another take on the disk. */
  equalBytes: z.number(),
  /** Bytes of copies that share the blocks of other files, beside `bytes`. */
  sharedBytes: z.number(),
  /** Whether such copies could be told from others; `none` where the disk knows none. */
  sharedBlocks: z.enum(['none', 'told', 'untold']),
  unreadable: z.array(z.object({ path: z.string(), reason: z.string() })),
});
export type ZooSummary = z.infer<typeof zooSummary>;

export const plannedAction = z.enum(['exact', 'family', 'equal', 'skip']);
export const batchState = z.enum(['done', 'earlier', 'skipped', 'failed']);

export const plannedModel = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  action: plannedAction,
  reason: z.string(),
  preset,
  bases: z.array(z.string()),
  equalTo: z.string().exactOptional(),
  bytesNow: z.number(),
  bytesThen: z.number(),
});
export type PlannedModelRow = z.infer<typeof plannedModel>;

export const zooPlan = z.object({
  /** Milliseconds since 1970; no two plans have one. */
  made: z.number(),
  output: z.string(),
  /** As it was asked for. */
  recipe: zooRecipe,
  bytesNow: z.number(),
  bytesThen: z.number(),
  models: z.number(),
  /** Of the models, those that are not left alone. */
  archives: z.number(),
  drive: z.object({ folder: z.string(), free: z.number(), peak: z.number(), enough: z.boolean() }),
});
export type ZooPlanSummary = z.infer<typeof zooPlan>;

export const batchRow = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  action: plannedAction,
  reason: z.string(),
  state: batchState,
  bytesIn: z.number(),
  bytesOut: z.number(),
  seconds: z.number(),
  archive: z.string().exactOptional(),
  /** Of a failure; one of `HostErrorCode`. */
  code: z.string().exactOptional(),
  note: z.string().exactOptional(),
});
export type BatchRowView = z.infer<typeof batchRow>;

export const zooRun = z.object({
  /** Of two states that are met in any order, the higher is the newer, also after another start of the program. */
  revision: z.int().min(0),
  state: z.enum(['idle', 'scanning', 'planning', 'running', 'done', 'failed', 'cancelled']),
  /** Of what the state is doing: files looked at, models sampled or finished. */
  done: z.number(),
  /** Absent while it is not known. */
  total: z.number().exactOptional(),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  /** The model that is worked on, and how many of its bytes are proved. */
  model: z.string().exactOptional(),
  modelDone: z.number().exactOptional(),
  modelTotal: z.number().exactOptional(),
  /** Bytes per second that are worked on, and how long the rest takes at that; absent until it can be told. */
  rate: z.number().exactOptional(),
  secondsLeft: z.number().exactOptional(),
  /** Where room is missing; there while the run waits for it. */
  disk: diskRoom.exactOptional(),
  failed: z.number(),
  message: z.string().exactOptional(),
});
/** What the zoo is at; a whole state, told by the event `zoo.changed`. */
export type ZooRun = z.infer<typeof zooRun>;

/** Whether it must be cancelled before something else is begun. */
export function isZooBusy({ state }: Pick<ZooRun, 'state'>): boolean {
  return state === 'scanning' || state === 'planning' || state === 'running';
}

export const zooReport = z.object({
  output: z.string(),
  models: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  archivedBytes: z.number(),
  seconds: z.number(),
  states: z.record(batchState, z.number()),
  rows: z.array(batchRow),
  total: z.number(),
});

/** One zoo at a time: scanned, planned, started, reported. Pages of rows are those of the last scan, plan or run. */
export const zooCalls = {
  'zoo.scan': { input: z.strictObject({ roots: z.array(path).min(1).max(100) }), output: zooSummary },
  /** The last scan and the plan that was made of it, also by an earlier start of the program. */
  'zoo.last': {
    input: z.strictObject({}),
    output: z.object({ summary: zooSummary.exactOptional(), plan: zooPlan.exactOptional() }),
  },
  'zoo.models': {
    input: z.strictObject({ offset, limit }),
    output: z.object({ models: z.array(zooModel), total: z.number() }),
  },
  /** Samples every model, which takes some seconds for dozens. Nothing is changed. */
  'zoo.plan': { input: z.strictObject({ output: path, recipe: zooRecipe }), output: zooPlan },
  'zoo.planned': {
    input: z.strictObject({
      /** Part of a model's id or of the reason, upper and lower case alike. */
      search: z.string().max(200).exactOptional(),
      action: plannedAction.exactOptional(),
      /** Default: `order`, as it is carried out. */
      sort: z.enum(['order', 'name', 'size', 'saving']).exactOptional(),
      offset,
      limit,
    }),
    output: z.object({ models: z.array(plannedModel), total: z.number() }),
  },
  /** Begins to carry the plan out; `zoo.changed` tells how it goes on. */
  'zoo.start': { input: z.strictObject({ threads: z.int().min(1).max(256).exactOptional() }), output: zooRun },
  /** Tries models of the last run that failed once more; default: all of them. The report tells the whole zoo as before. */
  'zoo.retry': {
    input: z.strictObject({ ids: z.array(z.string().max(4096)).min(1).max(100_000).exactOptional() }),
    output: zooRun,
  },
  'zoo.cancel': { input: z.strictObject({}), output: zooRun },
  'zoo.state': { input: z.strictObject({}), output: zooRun },
  /** What became of the last run, with a page of its rows; of a run that goes on or was stopped, as far as it got. */
  'zoo.report': {
    input: z.strictObject({
      search: z.string().max(200).exactOptional(),
      state: batchState.exactOptional(),
      offset,
      limit,
    }),
    output: zooReport,
  },
  /** The same as a file to keep; nothing is written by this. */
  'zoo.download': {
    input: z.strictObject({ format: z.enum(['html', 'csv', 'json']) }),
    output: z.object({ name: z.string(), type: z.string(), text: z.string() }),
  },
} as const;
