import { z } from 'zod';
import { fileTraits, folderListing, root } from './files.ts';
import { job, jobRequest, run } from './jobs.ts';
import { modelSummary, tensorPage } from './models.ts';

const path = z.string().min(1).max(4096);
const nothing = z.strictObject({});

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
    }),
  },
  'models.inspect': { input: z.strictObject({ path }), output: modelSummary },
  'models.tensors': {
    input: z.strictObject({
      path,
      /** Part of a tensor's name or dtype, upper and lower case alike. */
      search: z.string().max(200).exactOptional(),
      offset: z.int().min(0).exactOptional(),
      limit: z.int().min(1).max(1000).exactOptional(),
    }),
    output: tensorPage,
  },
  'jobs.start': { input: jobRequest, output: job },
  'jobs.cancel': { input: z.strictObject({ id: z.string() }), output: z.object({ cancelled: z.boolean() }) },
  'jobs.list': { input: nothing, output: z.array(job) },
  'runs.recent': { input: z.strictObject({ limit: z.int().min(1).max(200).exactOptional() }), output: z.array(run) },
  'files.roots': { input: nothing, output: z.array(root) },
  'files.list': { input: z.strictObject({ path }), output: folderListing },
  /** Looks for a dropped file where the host may read, so that it need not be copied. */
  'files.find': { input: fileTraits, output: z.object({ path: z.string().exactOptional() }) },
  /** Puts the bundled model where it may be written beside, and tells where that is. */
  'sample.open': { input: nothing, output: z.object({ path: z.string() }) },
} as const satisfies Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>;

export type CallName = keyof typeof calls;
export type Input<Name extends CallName> = z.input<(typeof calls)[Name]['input']>;
export type Output<Name extends CallName> = z.output<(typeof calls)[Name]['output']>;

export function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}
