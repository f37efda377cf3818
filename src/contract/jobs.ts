import { z } from 'zod';
import { approximation, recipe } from './recipes.ts';

const path = z.string().min(1).max(4096);
/** Models or archives that others are stored as a difference to. */
const bases = z.array(path).max(16);
/** A file of another model without which an archive cannot be restored. */
export const baseFile = z.object({ name: z.string(), bytes: z.number(), sha256: z.string() });
const resources = {
  threads: z.int().min(1).max(256).exactOptional(),
  memoryBytes: z
    .int()
    .min(256 * 2 ** 20)
    .exactOptional(),
};

export const preset = z.enum(['quick', 'balanced', 'smallest']);
export type Preset = z.infer<typeof preset>;

/** What a person can ask for; the same words as the command line. */
export const jobRequest = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('compress'),
    input: path,
    output: path.exactOptional(),
    preset: preset.exactOptional(),
    /** What the model may be stored as a difference to; restoring then needs what it was stored to. */
    bases: bases.exactOptional(),
    /** Present: weights change as it says. Default: every byte comes back. */
    approximate: recipe.exactOptional(),
    overwrite: z.boolean().exactOptional(),
    ...resources,
  }),
  z.strictObject({
    command: z.literal('restore'),
    archive: path,
    output: path.exactOptional(),
    tensor: z.string().exactOptional(),
    /** Where bases may be, besides the archive's own folder. */
    bases: bases.exactOptional(),
    overwrite: z.boolean().exactOptional(),
    ...resources,
  }),
  z.strictObject({
    command: z.literal('verify'),
    archive: path,
    against: path.exactOptional(),
    bases: bases.exactOptional(),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .exactOptional(),
    ...resources,
  }),
]);
export type JobRequest = z.infer<typeof jobRequest>;
export type Command = JobRequest['command'];

/** A finished job's report without its tensors, of which there may be a hundred thousand. */
export const receipt = z.object({
  command: z.enum(['compress', 'restore', 'verify']),
  input: z.string(),
  output: z.string().exactOptional(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  sha256: z.string(),
  preset: z.string().exactOptional(),
  /** What was proved, as the engine names it. */
  proved: z.array(z.string()),
  tensors: z.number(),
  /** Numbers in them; absent in receipts of older versions. */
  parameters: z.number().exactOptional(),
  /** Tensors that were stored once for several. */
  repeated: z.number(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  seconds: z.number(),
  threads: z.number(),
  /** The most memory that the program had while it worked; absent in receipts of older versions. */
  peakRssBytes: z.number().exactOptional(),
  machine: z.string(),
  engine: z.string(),
  notices: z.array(z.string()),
  /** Absent where no other model is needed. */
  bases: z.array(baseFile).exactOptional(),
  /** Where the bases were looked for, besides the archive's own folder. */
  basePaths: bases.exactOptional(),
  /** Present where weights were approximated. */
  approximation: approximation.exactOptional(),
});
export type Receipt = z.infer<typeof receipt>;

/** Where a job stands. `checking-space` to `verifying` are work; `done`, `failed` and `cancelled` are ends. */
export const jobState = z.enum([
  'queued',
  'checking-space',
  'compressing',
  'restoring',
  'verifying',
  'paused',
  'done',
  'failed',
  'cancelled',
]);
export type JobState = z.infer<typeof jobState>;

/** Room on the drive of one folder, in bytes. */
export const diskRoom = z.object({ folder: z.string(), free: z.number(), needed: z.number() });
export type DiskRoom = z.infer<typeof diskRoom>;

/** One job as a person sees it. */
export const job = z.object({
  id: z.string(),
  /** Counts the changes of this job: of two states that are met in any order, the higher is the newer. */
  revision: z.int().min(0),
  /** As it was asked for, so that it can be asked for again. */
  request: jobRequest,
  command: z.enum(['compress', 'restore', 'verify']),
  /** The model's or archive's own name. */
  name: z.string(),
  path: z.string(),
  state: jobState,
  /** Why it is paused, or is about to be once the tensor in hand is finished. */
  pausedBy: z.enum(['you', 'disk', 'battery', 'quit']).exactOptional(),
  /** Where room is missing; there while the disk is what the job waits for. */
  disk: diskRoom.exactOptional(),
  /** Resident memory of the program while it works, in bytes. */
  memory: z.number().exactOptional(),
  /** Whether it goes on from its last proved block after a pause or the end of the program, instead of starting again. */
  resumable: z.boolean(),
  phase: z.string().exactOptional(),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  bytesOut: z.number(),
  /** Bytes per second. */
  rate: z.number(),
  /** Unknown until a rate is. */
  secondsLeft: z.number().optional(),
  tensorsDone: z.number(),
  receipt: receipt.exactOptional(),
  /** The code is one of `HostErrorCode`. */
  error: z.object({ code: z.string(), message: z.string() }).exactOptional(),
});
export type Job = z.infer<typeof job>;

/** A finished job, kept over restarts. */
export const run = z.object({
  id: z.string(),
  command: z.enum(['compress', 'restore', 'verify']),
  name: z.string(),
  /** Milliseconds since 1970. */
  finished: z.number(),
  receipt,
});
export type Run = z.infer<typeof run>;

/** Whether a job in this state holds the threads. */
export function isWorking(state: JobState): boolean {
  return state === 'checking-space' || state === 'compressing' || state === 'restoring' || state === 'verifying';
}

/** Whether nothing more happens to a job in this state by itself. */
export function isEnded(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
