import type { MetricTraits } from '../figures.ts';
import type { Values } from '../inputs/tensor.ts';
import { createScorer, metricTraits } from '../metrics/catalog.ts';
import type { Measured, Scorer, ScorerContext } from '../metrics/metric.ts';
import type { MetricSpec } from '../task/schema.ts';
import type { Part } from './runs.ts';

/** What one item came to in a metric. */
export interface ItemScore extends Pick<MetricTraits, 'title' | 'better'> {
  readonly value: number;
}

/** All metrics of one model. */
export class Scoring {
  readonly #scorers: readonly { readonly spec: MetricSpec; readonly scorer: Scorer }[];

  /** Without an original, metrics against it are left out. */
  constructor(specs: readonly MetricSpec[], context: ScorerContext, hasOriginal: boolean) {
    this.#scorers = specs
      .filter((spec) => hasOriginal || !isAgainstOriginal(spec))
      .map((spec) => ({ spec, scorer: createScorer(spec, context) }));
  }

  add({ target, block }: Part, output: Values, reference: Values): void {
    for (const { scorer } of this.#scorers) scorer.add({ output, target, reference, block });
  }

  /** What the first metric that is a mean came to on the part's whole item, as far as it was run. */
  itemScore({ firstBlock, block }: Part): ItemScore | undefined {
    for (const { spec, scorer } of this.#scorers) {
      if (spec.metric === 'auc') continue;
      const measured = scorer.measured();
      if (measured.kind === 'sums')
        return { value: measured.collector.over(firstBlock, block), ...metricTraits[spec.metric] };
    }
    return undefined;
  }

  measured(): ReadonlyMap<MetricSpec, Measured> {
    return new Map(this.#scorers.map(({ spec, scorer }) => [spec, scorer.measured()]));
  }
}

export function isAgainstOriginal(spec: MetricSpec): boolean {
  return 'against' in spec && spec.against === 'original';
}
