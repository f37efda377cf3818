import type { JobEvent, TensorReport } from '../../engine/pipeline/job/events.ts';
import type { EvaluationReport, JudgedMetric } from '../report.ts';
import type { FitPart } from './request.ts';
import type { MethodTotal, SingleArchive } from './allocate/single.ts';

/** One archive that was tried. */
export interface Candidate {
  readonly number: number;
  readonly bytes: number;
  /** What the measured sensitivities say it does, in the unit of the damage. */
  readonly predictedDamage: number;
  readonly tensors: readonly {
    readonly name: string;
    /** Of the catalog; the grid, unless another does better. */
    readonly method: string;
    /** Of the grid: the largest, where rows have steps of their own; 0 for other methods. */
    readonly step: number;
    readonly count: number;
    readonly bits: number;
    /** Of its numbers, in the archive that was written; absent where that does not approximate it. */
    readonly relativeError?: number;
  }[];
  /** How good it is, on items that were not learned from; absent where it was not measured. */
  readonly metrics?: readonly JudgedMetric[];
}

/** A candidate was written; told again, with its metrics, when it was measured. */
export interface CandidateEvent {
  readonly type: 'candidate';
  readonly candidate: Candidate;
}

export type FitEvent = JobEvent<FitReport> | CandidateEvent;

/** An archive and how far its outputs are from the original's: KL in nats, or the square of the relative error. */
export interface Tried {
  readonly bytes: number;
  readonly distance: number;
}

/** What one part is worth. */
export interface AblationRow {
  /** `everything`: the method of the catalog that is best without data, alone. */
  readonly part: FitPart | 'everything';
  /** What was done to it: fits have some parts only where they are asked for. */
  readonly change: 'without' | 'with';
  readonly tried: readonly Tried[];
  /** The size that is as good then, from those that were tried; null where they do not tell. */
  readonly bytes: EqualSize['bytes'] | null;
  readonly interval: EqualSize['interval'];
  /** Why no more was tried. */
  readonly fault?: string;
}

/** A size at which something is as good, and between which sizes that is at 95 %; null where too little was tried to tell. */
export interface EqualSize {
  readonly bytes: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/** An ablation begins its next fit; `everything` with all that was asked for is the fit itself. */
export interface TrialEvent extends Pick<AblationRow, 'part' | 'change'> {
  readonly type: 'trial';
  readonly number: number;
  /** How many come after it, at most, and how long that takes with this one; absent until one was timed. */
  readonly left: number;
  readonly secondsLeft?: number;
}

export type AblationEvent = JobEvent<AblationReport> | CandidateEvent | TrialEvent;

/** What an ablation says at its end. */
export interface AblationReport {
  readonly command: 'ablation';
  readonly input: string;
  readonly output: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of the whole, on items that were not learned from. */
  readonly distance: number;
  readonly rows: readonly AblationRow[];
  readonly fit: FitReport;
  readonly seconds: number;
}

/** An archive and how good it is. */
export interface Measured {
  readonly bytes: number;
  readonly metrics: readonly JudgedMetric[];
  /** As in {@link Tried}; absent where the outputs could not be compared. */
  readonly distance?: number;
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
    /** Which of the task's they are. */
    readonly places: readonly number[];
    /** Matrices whose inputs are known, of all. */
    readonly layers: number;
    readonly matrices: number;
  };
  /** What rounding each matrix alone to half its root mean square does to the output; null where it never ran. */
  readonly sensitivities: readonly { readonly name: string; readonly damage: number | null }[];
  readonly candidates: readonly Candidate[];
  /** What each method of the catalog, alone, is expected to make of all matrices; none where they were not tried. */
  readonly methods: readonly MethodTotal[];
  /** The best of them at this size, written and measured as the fit was; absent where that was not. */
  readonly single?: Measured & { readonly by: SingleArchive['by'] };
  /** Present where that came nearer to the original, and is the result: what the fit came to. Both were measured on the same items. */
  readonly fitted?: Measured;
  /** Whether what was fitted has each layer rounded for what rounded ones before it give, not all of them at once. */
  readonly inSequence: boolean;
  /** Present where both were made: what the other one came to, which is no nearer to the original on those items. */
  readonly otherOrder?: Measured;
  /** Items between those learned from and those of the evaluation, by which the result was chosen; 0 where none were. */
  readonly chosenOn: number;
  /** On items that were neither learned from nor chosen by. */
  readonly evaluation?: EvaluationReport;
  /** How far its outputs are from the original's there, as in {@link Tried}; absent where they could not be compared. */
  readonly distance?: number;
  readonly seconds: number;
}
