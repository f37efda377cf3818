import { UsageError } from '../../engine/errors.ts';
import { numbersOf } from '../compare/rows.ts';
import { Collector } from '../statistics/collector.ts';
import { areaUnderCurve } from '../statistics/ranks.ts';
import type { Observation, Scorer } from './metric.ts';

/** How often the score stands on the right side of a threshold. */
export function accuracyAt(threshold: number): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      if (observation.target === undefined) return;
      const { score, label } = scoreOf(observation);
      collector.add(observation.block, (score >= threshold ? 1 : 0) === label ? 1 : 0, 1);
    },
    measured: () => ({ kind: 'sums', collector, value: collector.total / collector.weight, transform: 'none' }),
  };
}

/** The area under the ROC curve of the scores. */
export function rocArea(): Scorer {
  const scores: number[] = [];
  const labels: number[] = [];
  const blocks: number[] = [];
  return {
    add(observation) {
      if (observation.target === undefined) return;
      const { score, label } = scoreOf(observation);
      scores.push(score);
      labels.push(label);
      blocks.push(observation.block);
    },
    measured() {
      // Blocks without a counted frame would be drawn in vain.
      const places = new Map([...new Set(blocks)].map((block, place) => [block, place]));
      const ranked = {
        scores: Float64Array.from(scores),
        labels: Uint8Array.from(labels),
        blocks: Uint32Array.from(blocks, (block) => places.get(block) ?? 0),
      };
      return { kind: 'ranks', ranked, value: areaUnderCurve(ranked), count: scores.length };
    },
  };
}

function scoreOf({ output, target }: Observation): { readonly score: number; readonly label: number } {
  if (target === undefined || !('numbers' in target) || target.numbers.length !== 1)
    throw new UsageError('The task gives no label of 0 or 1 as its target, which this metric needs.');
  const label = target.numbers[0];
  if (label !== 0 && label !== 1)
    throw new UsageError(`A label of the target is ${label ?? ''}; this metric needs 0 or 1.`);
  return { score: numbersOf(output)[0] ?? NaN, label };
}
