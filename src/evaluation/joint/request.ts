import type { Pruning } from '../../engine/feedback/index.ts';
import type { LearningRequest } from './calibrate/learned-inputs.ts';

/** How small, or how good. */
export type FitTarget =
  | { readonly bytes: number }
  /** Of the model's own files, 0 to 1. */
  | { readonly share: number }
  /** On average over the weights of matrices. */
  | { readonly bits: number }
  /** The most by which a metric (default: the task's first) may become worse, relative to the original's value. */
  | { readonly drop: number; readonly metric?: string };

/**
 * Parts that can be left out, to see what they are worth: errors that are fed back, bits by measured damage, other methods than
 * the grid, steps of their own for rows, where that was asked for rounding that looks at what codes cost, a trellis, codebooks and weights that become 0, biases that make good what outputs lose on
 * average, layers that are made to fit what rounded ones before them give, and a coder that learns from neighbours.
 */
export const fitParts = [
  'feedback',
  'allocation',
  'methods',
  'spreads',
  'rate',
  'trellis',
  'codebooks',
  'pruning',
  'repair',
  'sequence',
  'contexts',
] as const;
export type FitPart = (typeof fitParts)[number];

/** What is learned from and measured on is as in {@link LearningRequest}; without a task nothing is said of how good the result is. */
export interface FitRequest extends Omit<LearningRequest, 'usually'> {
  readonly input: string;
  readonly output?: string | undefined;
  readonly target: FitTarget;
  /** Where what was learned stays. */
  readonly cacheFolder: string;
  readonly without?: FitPart | undefined;
  /**
   * Let short codes be rounded by what they cost, for each matrix that alone does less then at equal bits. Together such matrices
   * make outputs smaller, so that of a reader of digits little was gained and much lost.
   */
  readonly priced?: boolean | undefined;
  /** Let lines of a grid become codebooks that are learned, for each matrix that alone does less then at equal bits. */
  readonly codebooks?: boolean | undefined;
  /**
   * Let lines of two grids take turns by a trellis, for each matrix that alone does less then at equal bits. Layers by themselves
   * take a sixth of a bit less for each weight; a reader of digits gained by that at 14 and at 33 times.
   */
  readonly trellis?: boolean | undefined;
  /** Make some weights of every layer 0, the others making good what that loses. */
  readonly pruning?: Pruning | undefined;
  /**
   * Look at each layer's inputs again when those before it are rounded, and make it fit them. Where it is not said, a model that is
   * measured at a size is made both ways unless it is large, and that whose outputs are nearer to the original's is the result.
   */
  readonly inSequence?: boolean | undefined;
  /** False: the result is not measured. */
  readonly evaluate?: boolean | undefined;
  /**
   * Whether the best single method of the catalog is written and measured at the same size; as a `rival`, which is the default, it is
   * the result where its outputs are nearer to the original's, as they can be where much fewer inputs are known than a layer has.
   */
  readonly single?: 'none' | 'beside' | 'rival' | undefined;
  /** Replace an existing archive (never the input). */
  readonly overwrite?: boolean | undefined;
  readonly memoryBytes?: number | undefined;
}

/** Whether every layer is rounded for what rounded ones before it give, and nothing else is tried. */
export function asksForSequence({ inSequence, without }: FitRequest): boolean {
  return inSequence === true && without !== 'sequence';
}
