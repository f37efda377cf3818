// What evaluations find, as plain data: no code, so that windows may know these shapes.

/** Two sides of the 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly method: 'exact' | 'adjusted' | 'score' | 'bootstrap-t' | 'percentile';
}

/** How far one output of the candidate is from the original's, over all items. */
export interface OutputReport {
  readonly name: string;
  /** ‖candidate − original‖ / ‖original‖. */
  readonly relativeL2: number | null;
  readonly cosine: number | null;
  readonly maxAbs: number | null;
  /** Whether every bit of every element is the same. */
  readonly identical: boolean;
  readonly elements: number;
  /** Elements that are no number in one of the two. */
  readonly notNumbers: number;
  /** For outputs whose rows tell classes: the mean KL(original ‖ candidate) of a row, in nats. */
  readonly kl?: { readonly value: number; readonly rows: number; readonly interval: Interval | null };
  /** How often the largest element of a row stays the same; the others are the flips. */
  readonly topOne?: {
    readonly value: number;
    readonly flips: number;
    readonly rows: number;
    readonly interval: Interval | null;
  };
}

/** How far a model is from itself: differences of this size mean nothing. */
export interface NoiseFloor {
  readonly items: number;
  /** Run twice in the same way. */
  readonly repeated: readonly OutputReport[];
  /** Run with another number of threads. */
  readonly otherThreads: readonly OutputReport[];
  readonly threads: readonly [number, number];
}

/** How a metric is shown. */
export interface MetricTraits {
  readonly title: string;
  /** `proportion` is shown in per cent, its differences in points. */
  readonly unit: 'proportion' | 'nats' | 'bits' | 'dB' | 'none';
  readonly better: 'higher' | 'lower';
}

export type MetricName =
  | 'top-1'
  | 'nll'
  | 'perplexity'
  | 'bits-per-byte'
  | 'character-error-rate'
  | 'exact-text'
  | 'auc'
  | 'accuracy'
  | 'psnr'
  | 'mae'
  | 'mse'
  | 'iou';

/** One metric of the candidate, and how far it is from the original's. */
export interface MetricReport extends MetricTraits {
  readonly metric: MetricName;
  readonly against: 'target' | 'original';
  /** Of the candidate; nothing where it could not run or is not a finite number. */
  readonly value: number | null;
  /** Of the original. */
  readonly original: number | null;
  /** Candidate − original. */
  readonly delta: number | null;
  /** What was counted: answers, characters, tokens. */
  readonly n: number;
  /** Units that were resampled: items, or runs of frames. */
  readonly units: number;
  /** Those that score otherwise than with the original, where that can be said of one alone; absent in older evaluations. */
  readonly changed?: number;
  readonly seed: number;
  /** 95 % interval of `delta`, or of `value` where there is no original; nothing of too few units, or too few that changed. */
  readonly interval: Interval | null;
}

export interface Picture {
  readonly kind: 'image';
  readonly mime: 'image/png';
  readonly base64: string;
}

/** What a person is shown of an item that came out otherwise. */
export type Preview =
  | Picture
  | { readonly kind: 'wave'; readonly peaks: readonly number[] }
  | { readonly kind: 'text'; readonly text: string };

/** What both models gave for one item, drawn on one scale. */
export type Answers =
  | {
      readonly kind: 'image';
      readonly original: Picture;
      readonly candidate: Picture;
      /** How far apart they are, made so many times as strong as they are shown. */
      readonly difference: Picture;
      readonly times: number;
    }
  /** A number for each frame, or samples of a sound. */
  | { readonly kind: 'curve'; readonly original: readonly number[]; readonly candidate: readonly number[] };

/** An item that the two models answer differently. */
export interface Example {
  readonly name: string;
  /** Counted from 0. */
  readonly place: number;
  /** What is right, where that is a word or a class. */
  readonly target?: string;
  /** The answers, or what they scored. */
  readonly original: string;
  readonly candidate: string;
  /** The title of the metric that these are scores in, of the whole item; absent where they are answers. */
  readonly scored?: string;
  readonly change: 'worse' | 'better' | 'other';
  /** Larger is a greater change; only for the order. */
  readonly size: number;
  /** What was asked. */
  readonly preview?: Preview;
  /** Of the few that changed most, where answers are pictures or curves. */
  readonly answers?: Answers;
}

/** How far a value between layers is from the original's. */
export interface LayerError {
  readonly name: string;
  readonly operator: string;
  readonly node: string;
  readonly relativeL2: number | null;
  readonly cosine: number | null;
  readonly maxAbs: number | null;
}

/** In the order of the graph. */
export interface LayerReport {
  readonly items: number;
  readonly layers: readonly LayerError[];
  /** Layers that the candidate has under no such name. */
  readonly missing: number;
  /** What was done about layers in branches and loops, in sentences; absent in older evaluations. */
  readonly notes?: readonly string[];
}

/** How far tensors are from each other. Not an accuracy measurement. */
export interface ErrorFigures {
  readonly elements: number;
  readonly identical: boolean;
  /** ‖candidate − original‖ / ‖original‖. */
  readonly relativeL2: number | null;
  readonly maxAbs: number | null;
  /** 10 log₁₀(‖original‖² / ‖candidate − original‖²); nothing where they are equal. */
  readonly sqnr: number | null;
  readonly cosine: number | null;
  /** Elements that are zero. */
  readonly zeros: number;
  readonly candidateZeros: number;
}

/** How far one tensor is from the one of the same name. */
export interface TensorError extends ErrorFigures {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Of the candidate's tensor. */
  readonly candidateDtype: string;
}

/** The error of the weights of two models. */
export interface WeightReport {
  /** What these figures are, for whoever reads them without the documentation. */
  readonly meaning: 'weight error only; not an accuracy measurement';
  readonly tensors: readonly TensorError[];
  /** Over all elements of the tensors that differ. */
  readonly total: ErrorFigures;
  /** Tensors of the original that could not be compared, and why; the first hundred. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly skippedTotal: number;
  /** Tensors that only the candidate has. */
  readonly added: number;
}

/** What a person's own program found. */
export interface OwnMetric {
  readonly metric: string;
  readonly value: number;
  readonly original: number | null;
  readonly delta: number | null;
  /** Items; nothing where the program does not tell them one by one. */
  readonly n: number | null;
  readonly seed: number;
  /** Only from items: a bare figure says nothing of how certain it is. */
  readonly interval: Interval | null;
}
