import { z } from 'zod';
import { work } from './work.ts';
import type { EvaluationReport } from '../evaluation/report.ts';

const path = z.string().min(1).max(4096);

/** What a person can ask of two models, or of one. A program of their own is for the command line only. */
export const evaluationRequest = z.strictObject({
  command: z.enum(['evaluate', 'compare']),
  model: path,
  original: path.exactOptional(),
  /** A task file; without one, two models are compared on pseudo-inputs. */
  task: path.exactOptional(),
  dataFolder: path.exactOptional(),
  limit: z.int().min(1).max(1_000_000).exactOptional(),
  seed: z.int().min(1).max(999_999_999).exactOptional(),
  threads: z.int().min(1).max(256).exactOptional(),
  layers: z.boolean().exactOptional(),
});
export type EvaluationRequest = z.infer<typeof evaluationRequest>;

const interval = z.object({ low: z.number(), high: z.number(), method: z.string() });

/** One metric as charts show it; see `evaluations.get` for all that is known. */
export const metric = z.object({
  metric: z.string(),
  title: z.string(),
  unit: z.enum(['proportion', 'nats', 'bits', 'dB', 'none']),
  better: z.enum(['higher', 'lower']),
  against: z.enum(['target', 'original']),
  value: z.number().nullable(),
  original: z.number().nullable(),
  delta: z.number().nullable(),
  n: z.number(),
  units: z.number(),
  seed: z.number(),
  interval: interval.nullable(),
  /** What may be said, in words that the interval supports. */
  verdict: z.string(),
});

const model = z.object({
  name: z.string(),
  path: z.string(),
  /** Of the model's files, and on disk as it was given, which an archive makes smaller; absent in older evaluations. */
  bytes: z.number(),
  storedBytes: z.number().exactOptional(),
  sha256: z.string(),
});

/** A finished evaluation in the size that lists and charts can bear. */
export const evaluationSummary = z.object({
  id: z.string(),
  /** Milliseconds since 1970. */
  finished: z.number(),
  command: z.enum(['evaluate', 'compare']),
  candidate: model,
  original: model.exactOptional(),
  task: z.object({ path: z.string(), title: z.string(), sha256: z.string() }).exactOptional(),
  inputs: z.enum(['task', 'pseudo', 'none']),
  items: z.number(),
  unit: z.string(),
  metrics: z.array(metric),
  outputs: z.array(
    z.object({
      name: z.string(),
      identical: z.boolean(),
      relativeL2: z.number().nullable(),
      cosine: z.number().nullable(),
      kl: z.number().exactOptional(),
      flips: z.number().exactOptional(),
      rows: z.number().exactOptional(),
    }),
  ),
  /** The largest relative L2 of the original against itself. */
  noise: z.number().nullable(),
  changed: z.number(),
  /** Over all weights; not an accuracy measurement. */
  weights: z
    .object({ relativeL2: z.number().nullable(), sqnr: z.number().nullable(), identical: z.boolean() })
    .exactOptional(),
  /** Why the candidate could not run. */
  fault: z.string().exactOptional(),
});
export type EvaluationSummary = z.infer<typeof evaluationSummary>;

/** An evaluation as it goes on. */
export const evaluation = work.extend({
  request: evaluationRequest,
  summary: evaluationSummary.exactOptional(),
});
export type Evaluation = z.infer<typeof evaluation>;

/** The whole report, with at most 500 tensors, the most changed first. */
export const evaluationReport = z.custom<EvaluationReport>((value) => typeof value === 'object' && value !== null);
export type { EvaluationReport };

/** A task that came with the program. */
export const taskSummary = z.object({
  path: z.string(),
  title: z.string(),
  unit: z.string(),
  metrics: z.array(z.string()),
  /** Whether its data is there too. */
  hasData: z.boolean(),
});
export type TaskSummary = z.infer<typeof taskSummary>;
