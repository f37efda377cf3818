import { UsageError } from '../../engine/errors.ts';
import type { ValueSpec } from '../task/schema.ts';

/**
 * (value / divide − mean) / deviation of `channels` equal runs of numbers, in double precision. With `interleaved` the
 * channel changes fastest.
 */
export function normalise(
  numbers: Float64Array,
  spec: ValueSpec | undefined,
  channels: number,
  interleaved: boolean,
): Float64Array {
  if (spec === undefined) return numbers;
  const { divide = 1, mean, deviation } = spec;
  const means = perChannel(mean, 0, channels);
  const deviations = perChannel(deviation, 1, channels);
  const run = numbers.length / channels;
  const result = new Float64Array(numbers.length);
  for (let at = 0; at < numbers.length; at++) {
    const channel = interleaved ? at % channels : Math.floor(at / run);
    const value = (numbers[at] ?? 0) / divide;
    // Without a mean the value must stay what one division makes of it.
    result[at] =
      mean === undefined && deviation === undefined
        ? value
        : (value - (means[channel] ?? 0)) / (deviations[channel] ?? 1);
  }
  return result;
}

function perChannel(given: number | readonly number[] | undefined, usual: number, channels: number): readonly number[] {
  if (typeof given === 'object') {
    if (given.length !== channels)
      throw new UsageError(`The task gives ${given.length} numbers to normalise with, and ${channels} channels.`);
    return given;
  }
  return Array.from({ length: channels }, () => given ?? usual);
}
