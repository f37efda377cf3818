import { z } from 'zod';
import { approximationCalls } from './approximations.ts';
import { catalog } from './catalog.ts';
import { evaluation, evaluationReport, evaluationRequest, evaluationSummary, taskSummary } from './evaluations.ts';
import { exportCalls } from './exports.ts';
import { fileTraits, folderListing, root } from './files.ts';
import { fitCalls } from './fits.ts';
import { job, jobRequest, run } from './jobs.ts';
import { estimate, modelMap, modelSummary, tensorLook, tensorPage, tensorSort } from './models.ts';
import { replacedOriginal, replacement } from './originals.ts';
import { comparedRun, runDetails, runPage, runTensorPage } from './runs.ts';
import { settings, settingsChanges } from './settings.ts';
import { zooCalls } from './zoo.ts';

const path = z.string().min(1).max(4096);
const id = z.string().min(1).max(100);
const search = z.string().max(200).exactOptional();
const offset = z.int().min(0).exactOptional();
const limit = z.int().min(1).max(1000).exactOptional();
const sha256 = z.string().length(64);
const nothing = z.strictObject({});
const done = z.object({ done: z.boolean() });

/** Every call of the application: what it takes and what it gives. The host checks inputs, whatever shell they come through. */
export const calls = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      platform: z.string(),
      node: z.string(),
      cores: z.number(),
      memoryBytes: z.number(),
      /** Whether finished jobs are remembered over a restart. */
      remembers: z.boolean(),
      /** Why they are not, where they should be. */
      historyFault: z.string().exactOptional(),
      /** Whether jobs may write; else only looking and verifying is allowed. */
      writes: z.boolean(),
      /** Whether originals can be moved to a trash from here. */
      trash: z.boolean(),
    }),
  },
  'catalog.list': { input: nothing, output: catalog },
  'models.inspect': { input: z.strictObject({ path }), output: modelSummary },
  'models.tensors': {
    input: z.strictObject({
      path,
      /** Part of a tensor's name or dtype, upper and lower case alike. */
      search,
      /** Default: `size`. */
      sort: tensorSort.exactOptional(),
      offset,
      limit,
    }),
    output: tensorPage,
  },
  'models.map': { input: z.strictObject({ path }), output: modelMap },
  /** Takes some seconds; a newer estimate, or `models.close` of its path, ends it with `CANCELLED`. */
  'models.estimate': { input: z.strictObject({ path }), output: estimate },
  /** The window does not show this model any more. */
  'models.close': { input: z.strictObject({ path }), output: nothing },
  'tensors.look': { input: z.strictObject({ path, file: z.string(), name: z.string() }), output: tensorLook },
  'jobs.start': { input: jobRequest, output: job },
  'jobs.cancel': { input: z.strictObject({ id }), output: z.object({ cancelled: z.boolean() }) },
  'jobs.list': { input: nothing, output: z.array(job) },
  'jobs.pause': {
    input: z.strictObject({ id, when: z.enum(['now', 'after-tensor']).exactOptional() }),
    output: done,
  },
  'jobs.resume': { input: z.strictObject({ id }), output: done },
  /** Puts a waiting job before another one, or last. */
  'jobs.move': { input: z.strictObject({ id, before: id.exactOptional() }), output: done },
  /** Takes a job that has ended out of the list. */
  'jobs.remove': { input: z.strictObject({ id }), output: done },
  /** Queues a failed or cancelled job again. */
  'jobs.retry': { input: z.strictObject({ id }), output: job },
  'runs.recent': { input: z.strictObject({ limit: z.int().min(1).max(200).exactOptional() }), output: z.array(run) },
  'runs.list': { input: z.strictObject({ search, offset, limit }), output: runPage },
  'runs.get': { input: z.strictObject({ id }), output: runDetails },
  'runs.tensors': {
    input: z.strictObject({ id, search, sort: tensorSort.exactOptional(), offset, limit }),
    output: runTensorPage,
  },
  'runs.compare': { input: z.strictObject({ ids: z.array(id).min(1).max(20) }), output: z.array(comparedRun) },
  /** Moves the original of a run to the trash; with `dryRun` only tells what would be moved. */
  'originals.replace': { input: z.strictObject({ run: id, dryRun: z.boolean().exactOptional() }), output: replacement },
  /** Restores the original from its archive to where it was. */
  'originals.undo': { input: z.strictObject({ run: id }), output: z.object({ files: z.array(z.string()) }) },
  'originals.list': { input: nothing, output: z.array(replacedOriginal) },
  /** Tasks that came with the program; any other task file may be named as well. */
  'tasks.list': { input: nothing, output: z.array(taskSummary) },
  'evaluations.start': { input: evaluationRequest, output: evaluation },
  'evaluations.cancel': { input: z.strictObject({ id }), output: z.object({ cancelled: z.boolean() }) },
  /** Those of this session, oldest first. */
  'evaluations.running': { input: nothing, output: z.array(evaluation) },
  /** Finished ones, newest first; with `original` all candidates of one original, for one chart; with `candidate` those of one. */
  'evaluations.list': {
    input: z.strictObject({ original: sha256.exactOptional(), candidate: sha256.exactOptional(), limit }),
    output: z.array(evaluationSummary),
  },
  'evaluations.get': { input: z.strictObject({ id }), output: evaluationReport },
  ...approximationCalls,
  ...exportCalls,
  ...fitCalls,
  'settings.get': { input: nothing, output: settings },
  'settings.set': { input: z.strictObject({ changes: settingsChanges }), output: settings },
  'files.roots': { input: nothing, output: z.array(root) },
  'files.list': { input: z.strictObject({ path }), output: folderListing },
  /** Looks for a dropped file where the host may read, so that it need not be copied. */
  'files.find': { input: fileTraits, output: z.object({ path: z.string().exactOptional() }) },
  /** Puts the bundled model where it may be written beside, and tells where that is. */
  'sample.open': { input: nothing, output: z.object({ path: z.string() }) },
  ...zooCalls,
} as const satisfies Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>;

export type CallName = keyof typeof calls;
export type Input<Name extends CallName> = z.input<(typeof calls)[Name]['input']>;
export type Output<Name extends CallName> = z.output<(typeof calls)[Name]['output']>;

export function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}
