import { UsageError } from '../../engine/errors.ts';
import { numbersOf } from '../compare/rows.ts';
import { Collector } from '../statistics/collector.ts';
import type { Observation, Scorer } from './metric.ts';

/** How far estimated numbers are from the right ones, on average over all numbers. */
export function absoluteError(): Scorer {
  return meanError(Math.abs);
}

/** The mean of the squares of those distances, in which large errors count for more. */
export function squaredError(): Scorer {
  return meanError((distance) => distance * distance);
}

function meanError(costOf: (distance: number) => number): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      const wanted = wantedNumbers(observation);
      const numbers = numbersOf(observation.output);
      let sum = 0;
      for (let at = 0; at < numbers.length; at++) sum += costOf((numbers[at] ?? NaN) - (wanted[at] ?? NaN));
      collector.add(observation.block, sum, numbers.length);
    },
    measured: () => ({ kind: 'sums', collector, value: collector.total / collector.weight, transform: 'none' }),
  };
}

/** The numbers that are right; throws USAGE where they are not as many as the output has. */
export function wantedNumbers({ target, output }: Observation): Float64Array {
  if (target === undefined || !('numbers' in target) || target.numbers.length !== output.data.length)
    throw new UsageError(
      `The output has the shape [${output.shape.join(', ')}]; the task gives no target of ${output.data.length} numbers.`,
    );
  return target.numbers;
}
