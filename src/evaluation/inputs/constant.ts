import { UsageError } from '../../engine/errors.ts';
import type { InputSpec } from '../task/schema.ts';
import { countOf, elementsOf, type Values } from './tensor.ts';

/** A tensor that is the same in every run; one number fills it. */
export function constantValues({ type, shape, value }: Extract<InputSpec, { from: 'constant' }>): Values {
  const count = countOf(shape);
  if (count > 2 ** 27) throw new UsageError(`A constant of ${count} elements is too large.`);
  const numbers = typeof value === 'number' ? new Float64Array(count).fill(value) : value;
  if (numbers.length !== count)
    throw new UsageError(`A constant of the task has ${numbers.length} numbers for the shape [${shape.join(', ')}].`);
  return { type, shape, data: elementsOf(type, numbers) };
}
