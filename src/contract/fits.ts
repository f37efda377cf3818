import { z } from 'zod';
import { work } from './work.ts';
import { metric } from './evaluations.ts';

const path = z.string().min(1).max(4096);
const id = z.string().min(1).max(100);

/** How small, or how good. */
export const fitTarget = z.union([
  z.strictObject({ bytes: z.int().min(1) }),
  /** Of the model's own files. */
  z.strictObject({ share: z.number().min(0.001).max(1) }),
  /** On average over the weights of matrices. */
  z.strictObject({ bits: z.number().min(0.1).max(16) }),
  /** The most by which the task's first metric may become worse, relative to the original's value. */
  z.strictObject({ drop: z.number().min(0.0001).max(1) }),
  /** Measures one model of each size, and keeps none. */
  z.strictObject({ front: z.array(z.number().min(0.001).max(1)).min(2).max(12) }),
]);
export type FitTarget = z.infer<typeof fitTarget>;

/** What a person can ask for; the same words as the command line. */
export const fitRequest = z.strictObject({
  input: path,
  target: fitTarget,
  /** A task file whose inputs are learned from and measured on; without one inputs are made up and nothing is measured. */
  task: path.exactOptional(),
  /** Learn from so many of its items, measure on the others. */
  calibrate: z.int().min(1).max(100_000).exactOptional(),
  /** Round each layer for what rounded ones before it give, or all at once; where it is not said, whichever comes nearer. */
  inSequence: z.boolean().exactOptional(),
  /** Makes some weights of layers 0, the others making good what that loses: half of each so many inputs, or a share of all. */
  pruning: z
    .union([z.strictObject({ ofEach: z.literal([4, 8]) }), z.strictObject({ share: z.number().min(0.01).max(0.99) })])
    .exactOptional(),
  /** Lets lines of a grid become codebooks that are learned, for matrices that are better for it. */
  codebooks: z.boolean().exactOptional(),
  /** Lets lines of two grids take turns by a trellis, for matrices that are better for it. */
  trellis: z.boolean().exactOptional(),
  /** Fits it again and again, to tell what each part of that is worth; at a size, with a task. */
  ablate: z.boolean().exactOptional(),
  output: path.exactOptional(),
  overwrite: z.boolean().exactOptional(),
});
export type FitRequest = z.infer<typeof fitRequest>;

/** From which inputs a fit learns, and how it rounds. */
export const fitWays = fitRequest.pick({
  ...{ task: true, calibrate: true },
  ...{ inSequence: true, pruning: true, codebooks: true, trellis: true },
});
export type FitWays = z.infer<typeof fitWays>;

/** One archive that was tried. */
export const candidate = z.object({
  fit: z.string(),
  number: z.number(),
  bytes: z.number(),
  /** Mean over the weights of matrices. */
  bitsPerWeight: z.number(),
  /** What the measured sensitivities say it does; tells candidates of one model apart, not how good it is. */
  predictedDamage: z.number(),
  /** On items that were not learned from; absent where it was not measured. */
  metrics: z.array(metric).exactOptional(),
  /** What it takes to make the same again; absent in fits of older versions. */
  ways: fitWays.exactOptional(),
});
export type Candidate = z.infer<typeof candidate>;

const change = {
  /** Of a fit; `everything`: with all that was asked for, or by the best single method instead. */
  part: z.string(),
  change: z.enum(['without', 'with']),
};

/** At which size a model is as good without a part, or with one that was not asked for. */
export const partWorth = z.object({
  ...change,
  /** Null where what was tried does not tell it. */
  bytes: z.number().nullable(),
  /** Between which sizes it is at 95 %; equal ends are the same model. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
});
export type PartWorth = z.infer<typeof partWorth>;

/** How many fits it takes at most to tell what parts are worth, besides the one that is asked for. */
export const mostTrials = 36;

/** Which fit of many goes on, how many come after it at most, and how long that takes with this one. */
export const fitTrial = z.object({
  ...change,
  number: z.number(),
  left: z.number(),
  secondsLeft: z.number().exactOptional(),
});
export type FitTrial = z.infer<typeof fitTrial>;

/** An archive and how good it is, on items that were not learned from. */
const measured = z.object({
  bytes: z.number(),
  metrics: z.array(metric),
  /** How far its outputs are from the original's, squared; absent where that was not measured. */
  distance: z.number().exactOptional(),
});
export type MeasuredArchive = z.infer<typeof measured>;

/** What became of a fit. */
export const fitReceipt = z.object({
  /** Absent where only a front was measured. */
  output: z.string().exactOptional(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  sha256: z.string(),
  learnedFrom: z.enum(['task', 'pseudo']),
  items: z.number(),
  /** Matrices whose inputs are known, of all. */
  layers: z.number(),
  matrices: z.number(),
  metrics: z.array(metric),
  /** How far its outputs are from the original's, squared; absent where that was not measured. */
  distance: z.number().exactOptional(),
  /** The best single method of the catalog at this size, written and measured as the fit was. */
  single: measured.extend({ method: z.string() }).exactOptional(),
  /** What the fit itself came to, where the single method came nearer and is the result. */
  fitted: measured.exactOptional(),
  /** Whether each layer was rounded for what rounded ones before it give. */
  inSequence: z.boolean(),
  /** What the other order of rounding came to, where both were made; no nearer to the original. */
  otherOrder: measured.exactOptional(),
  /** Where that was asked for. */
  parts: z.array(partWorth).exactOptional(),
  seconds: z.number(),
});
export type FitReceipt = z.infer<typeof fitReceipt>;

/** A fit as it goes on. */
export const fitJob = work.extend({
  request: fitRequest,
  /** How many candidates there are so far; `fits.candidates` has them. */
  candidates: z.number().exactOptional(),
  trial: fitTrial.exactOptional(),
  /** How many sizes of a front were measured, and with how many candidates; it goes on behind these. */
  front: z.object({ sizes: z.number(), candidates: z.number() }).exactOptional(),
  receipt: fitReceipt.exactOptional(),
});
export type FitJob = z.infer<typeof fitJob>;

const fittedTensor = z.object({
  name: z.string(),
  count: z.number(),
  bits: z.number(),
  step: z.number(),
  /** Of the catalog; absent in fits of older versions, which had the grid alone. */
  method: z.string().exactOptional(),
  /** ‖after − before‖ / ‖before‖ of its numbers in this candidate; absent in fits of older versions. */
  relativeError: z.number().exactOptional(),
  /** What rounding it alone does to the output; absent until the fit has ended, and where it never ran. */
  damage: z.number().exactOptional(),
});
export type FittedTensor = z.infer<typeof fittedTensor>;

export const fitCalls = {
  /** Fits run one after another. */
  'fits.start': { input: fitRequest, output: fitJob },
  /** Of one that waits to go on also removes what it has left. */
  'fits.cancel': { input: z.strictObject({ id }), output: z.object({ cancelled: z.boolean() }) },
  /** Stops its work, and keeps it to go on behind what it has learned and tried, also in a later start. */
  'fits.pause': { input: z.strictObject({ id }), output: z.object({ paused: z.boolean() }) },
  /** Goes on with one that was paused or interrupted, as it was asked for. */
  'fits.resume': { input: z.strictObject({ id }), output: z.object({ resumed: z.boolean() }) },
  /** Those of this session, and those of earlier ones that wait to go on, oldest first. */
  'fits.running': { input: z.strictObject({}), output: z.array(fitJob) },
  /** All that were ever tried of a model, smallest first. */
  'fits.candidates': { input: z.strictObject({ path }), output: z.array(candidate) },
  /** What each tensor of a candidate takes, in the order of the model. */
  'fits.tensors': {
    input: z.strictObject({ fit: id, number: z.int().min(1) }),
    output: z.object({ tensors: z.array(fittedTensor) }),
  },
} as const;
