import type { TensorReport } from '../../engine/pipeline/events.ts';
import type { EvaluationReport } from '../report.ts';

/** How small, or how good. */
export type FitTarget =
  | { readonly bytes: number }
  /** Of the model's own files, 0 to 1. */
  | { readonly share: number }
  /** On average over the weights of matrices. */
  | { readonly bits: number }
  /** The most by which a metric (default: the task's first) may become worse, relative to the original's value. */
  | { readonly drop: number; readonly metric?: string };

/** Parts that can be left out, to see what they are worth. */
export const fitParts = ['feedback', 'allocation'] as const;
export type FitPart = (typeof fitParts)[number];

export interface FitRequest {
  readonly input: string;
  readonly output?: string | undefined;
  readonly target: FitTarget;
  /** A task file; without one pseudo-inputs are taken, and nothing is said of how good the result is. */
  readonly task?: string | undefined;
  readonly dataFolder?: string | undefined;
  /** The first so many items are learned from; all others are measured on. */
  readonly calibrate?: number | undefined;
  /** Where what was learned stays. */
  readonly cacheFolder: string;
  readonly without?: FitPart | undefined;
  /** Let rounding below 2.3 bits look at what codes cost; measured, it helped nothing so far. */
  readonly rate?: boolean | undefined;
  /** False: the result is not measured. */
  readonly evaluate?: boolean | undefined;
  /** Replace an existing archive (never the input). */
  readonly overwrite?: boolean | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
  readonly memoryBytes?: number | undefined;
}

/** One archive that was tried. */
export interface Candidate {
  readonly number: number;
  readonly bytes: number;
  /** What the measured sensitivities say it does, in the unit of the damage. */
  readonly predictedDamage: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly step: number;
    readonly count: number;
    readonly bits: number;
  }[];
}

/** What a fit says at its end. */
export interface FitReport {
  readonly command: 'fit';
  readonly input: string;
  readonly output: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of the model as it will be restored. */
  readonly sha256: string;
  readonly proof: 'approximation';
  /** Weights of matrices. */
  readonly weights: number;
  readonly tensors: readonly TensorReport[];
  readonly calibration: {
    readonly inputs: 'task' | 'pseudo';
    readonly items: number;
    /** Matrices whose inputs are known, of all. */
    readonly layers: number;
    readonly matrices: number;
  };
  /** What rounding each matrix alone does to the output; null where it never ran. */
  readonly sensitivities: readonly { readonly name: string; readonly damage: number | null }[];
  readonly candidates: readonly Candidate[];
  /** On items that were not calibrated on. */
  readonly evaluation?: EvaluationReport;
  readonly seconds: number;
}
