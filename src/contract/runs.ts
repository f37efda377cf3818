import { z } from 'zod';
import { tensorLoss } from './approximations.ts';
import { evaluationSummary } from './evaluations.ts';
import { run } from './jobs.ts';

/** One page of finished jobs, newest first; `total` counts those that the search found. */
export const runPage = z.object({ runs: z.array(run), total: z.number() });
export type RunPage = z.infer<typeof runPage>;

/** Where the bytes went, from the original to the archive: the ends are totals, a step between is what it adds or saves. */
export const waterfallStep = z.object({
  id: z.enum(['original', 'sign-mantissa', 'exponent', 'equal-tensors', 'base', 'other', 'frame', 'archive']),
  /** Negative where the step saves. */
  bytes: z.number(),
});
export type WaterfallStep = z.infer<typeof waterfallStep>;

export const runDetails = z.object({
  run,
  /** Empty for jobs that make no archive. */
  waterfall: z.array(waterfallStep),
  /** Wall seconds of each phase. */
  phases: z.array(z.object({ phase: z.string(), seconds: z.number() })),
  codecs: z.array(z.object({ codec: z.string(), tensors: z.number(), bytesIn: z.number(), bytesOut: z.number() })),
  /** What was measured of the result, newest first. */
  evaluations: z.array(evaluationSummary),
});
export type RunDetails = z.infer<typeof runDetails>;

const runTensor = z.object({
  name: z.string(),
  file: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  bytesIn: z.number(),
  bytesOut: z.number(),
  codec: z.string(),
  sha256: z.string(),
  /** The earlier tensor with the same bytes. */
  equalTo: z.string().exactOptional(),
  /** Others of the model, or files of bases, that it, or slices of it, are stored as differences to. */
  leansOn: z
    .array(
      z.object({
        to: z.string(),
        isBase: z.literal(true).exactOptional(),
        slices: z.array(z.number()).exactOptional(),
      }),
    )
    .exactOptional(),
  /** What was done to it; absent: every bit comes back. */
  approximation: z
    .object({ method: z.string(), options: z.record(z.string(), z.unknown()), loss: tensorLoss })
    .exactOptional(),
  /** Why it is exact in an approximate archive. */
  kept: z.string().exactOptional(),
});
export type RunTensor = z.infer<typeof runTensor>;

export const runTensorPage = z.object({ tensors: z.array(runTensor), total: z.number() });
export type RunTensorPage = z.infer<typeof runTensorPage>;

/** One run's figures in a comparison; a figure that was not measured is absent. */
export const comparedRun = z.object({
  id: z.string(),
  name: z.string(),
  command: z.enum(['compress', 'restore', 'verify']),
  preset: z.string().exactOptional(),
  /** Where weights changed. */
  isApproximate: z.literal(true).exactOptional(),
  finished: z.number(),
  /** Of the original; equal in two runs that worked on the same bytes. */
  sha256: z.string(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** bytesOut / bytesIn. */
  ratio: z.number(),
  bitsPerWeight: z.number().exactOptional(),
  /** Bytes of original data per second of wall time. */
  compressRate: z.number().exactOptional(),
  restoreRate: z.number().exactOptional(),
  peakRssBytes: z.number().exactOptional(),
  /** Speeds of different machines do not compare. */
  machine: z.string(),
  /** What was measured of the result: the newest on each task. */
  evaluations: z.array(evaluationSummary),
});
export type ComparedRun = z.infer<typeof comparedRun>;
