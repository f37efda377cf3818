import { UsageError } from '../../engine/errors.ts';
import { classOfRow, logSoftmaxAt, numbersOf, rowsOf } from '../compare/rows.ts';
import type { Values } from '../inputs/tensor.ts';
import { Collector } from '../statistics/collector.ts';
import type { Observation, Scorer } from './metric.ts';

/** How often the largest element of a row stands where it should. */
export function topOne(against: 'target' | 'original'): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      const numbers = numbersOf(observation.output);
      const { rows, length } = rowsOf(observation.output);
      const wanted = against === 'original' ? undefined : wantedClasses(observation, { rows, length });
      const reference = numbersOf(observation.reference);
      for (let row = 0; row < rows; row++) {
        const found = classOfRow(numbers, row * length, length);
        const right = wanted === undefined ? classOfRow(reference, row * length, length) : wanted[row];
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
      for (const loss of lossesOf(observation)) collector.add(observation.block, loss, 1);
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
      const losses = lossesOf(observation);
      const tokens = wantedClasses(observation, rowsOf(observation.output));
      for (const [row, loss] of losses.entries()) {
        nats += loss;
        collector.add(observation.block, loss / Math.LN2, tokenBytes[tokens[row] ?? NaN] ?? NaN);
      }
    },
    measured: () => ({ kind: 'sums', collector, value: nats / Math.LN2 / collector.weight, transform: 'none' }),
  };
}

/** Losses of an output by its rows; several metrics of one task are made of them. */
const known = new WeakMap<Values, Float64Array>();

function lossesOf(observation: Observation): Float64Array {
  const { output } = observation;
  const before = known.get(output);
  if (before !== undefined) return before;
  const numbers = numbersOf(output);
  const { rows, length } = rowsOf(output);
  const wanted = wantedClasses(observation, { rows, length });
  const losses = new Float64Array(rows);
  for (let row = 0; row < rows; row++) losses[row] = -logSoftmaxAt(numbers, row * length, length, wanted[row] ?? NaN);
  known.set(output, losses);
  return losses;
}

/** The class of each row; throws USAGE where they are not as many, or one is none that a row of `length` can tell. */
function wantedClasses(
  { target, output }: Observation,
  { rows, length }: { readonly rows: number; readonly length: number },
): Float64Array {
  if (target === undefined || !('numbers' in target))
    throw new UsageError('The task gives no class numbers as its target, which this metric needs.');
  if (target.numbers.length !== rows)
    throw new UsageError(
      `The output has the shape [${output.shape.join(', ')}], so ${rows} classes to tell; the target gives ${target.numbers.length}.`,
    );
  const strange = target.numbers.find((wanted) => !(Number.isInteger(wanted) && wanted >= 0 && wanted < length));
  if (strange !== undefined)
    throw new UsageError(`The target gives the class ${strange}; the output tells ${length} classes, from 0 on.`);
  return target.numbers;
}
