import { UsageError } from '../../engine/errors.ts';
import { argmax, logSoftmaxAt, numbersOf, rowsOf } from '../compare/rows.ts';
import { Collector } from '../statistics/collector.ts';
import type { Observation, Scorer } from './metric.ts';

/** How often the largest element of a row stands where it should. */
export function topOne(against: 'target' | 'original'): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      const numbers = numbersOf(observation.output);
      const { rows, length } = rowsOf(observation.output);
      const wanted = against === 'original' ? undefined : wantedClasses(observation, rows);
      const reference = numbersOf(observation.reference);
      for (let row = 0; row < rows; row++) {
        const found = argmax(numbers, row * length, length);
        const right = wanted === undefined ? argmax(reference, row * length, length) : wanted[row];
        collector.add(observation.block, found === right ? 1 : 0, 1);
      }
    },
    measured: () => ({ kind: 'sums', collector, value: collector.total / collector.weight, transform: 'none' }),
  };
}

/** Mean negative logarithm of the probability of the right class in nats, or its exponential. */
export function logLoss(transform: 'none' | 'exp'): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      const numbers = numbersOf(observation.output);
      const { rows, length } = rowsOf(observation.output);
      const wanted = wantedClasses(observation, rows);
      for (let row = 0; row < rows; row++)
        collector.add(observation.block, -logSoftmaxAt(numbers, row * length, length, wanted[row] ?? NaN), 1);
    },
    measured() {
      const mean = collector.total / collector.weight;
      return { kind: 'sums', collector, value: transform === 'exp' ? Math.exp(mean) : mean, transform };
    },
  };
}

/** Bits that the model needs for each byte of the text. */
export function bitsPerByte(tokenBytes: Uint32Array): Scorer {
  const collector = new Collector();
  let nats = 0;
  return {
    add(observation) {
      const numbers = numbersOf(observation.output);
      const { rows, length } = rowsOf(observation.output);
      const wanted = wantedClasses(observation, rows);
      for (let row = 0; row < rows; row++) {
        const token = wanted[row] ?? NaN;
        const loss = -logSoftmaxAt(numbers, row * length, length, token);
        nats += loss;
        collector.add(observation.block, loss / Math.LN2, tokenBytes[token] ?? NaN);
      }
    },
    measured: () => ({ kind: 'sums', collector, value: nats / Math.LN2 / collector.weight, transform: 'none' }),
  };
}

function wantedClasses({ target, output }: Observation, rows: number): Float64Array {
  if (target === undefined || !('numbers' in target))
    throw new UsageError('The task gives no class numbers as its target, which this metric needs.');
  if (target.numbers.length !== rows)
    throw new UsageError(
      `The output has the shape [${output.shape.join(', ')}], so ${rows} classes to tell; the target gives ${target.numbers.length}.`,
    );
  return target.numbers;
}
