import type { Target } from '../inputs/targets.ts';
import type { Values } from '../inputs/tensor.ts';
import type { Decoder } from '../decode/decode.ts';
import type { Collector } from '../statistics/collector.ts';
import type { Ranked } from '../statistics/ranks.ts';
import type { Transform } from '../statistics/ratio.ts';

/** One answer of a model. */
export interface Observation {
  readonly output: Values;
  readonly target: Target | undefined;
  /** What the original answered. */
  readonly reference: Values;
  /** The resampling unit. */
  readonly block: number;
}

/** What was measured: sums by unit, or scores in order. */
export type Measured =
  | { readonly kind: 'sums'; readonly collector: Collector; readonly value: number; readonly transform: Transform }
  | { readonly kind: 'ranks'; readonly ranked: Ranked; readonly value: number; readonly count: number };

/** Measures one metric of one model, answer by answer. */
export interface Scorer {
  /** Throws USAGE when the answer has no target that fits. */
  add(observation: Observation): void;
  measured(): Measured;
}

/** What scorers are made with. */
export interface ScorerContext {
  readonly decoder: Decoder | undefined;
  /** Of `bits-per-byte`: bytes of each token. */
  readonly tokenBytes: Uint32Array | undefined;
}
