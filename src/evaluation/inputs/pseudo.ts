import { UsageError } from '../../engine/errors.ts';
import type { Port } from '../inference/session.ts';
import { below, normal, random } from '../statistics/random.ts';
import type { Dataset, Feed } from './dataset.ts';
import { makeUpPictures, picturesIn } from './pseudo-pictures.ts';
import { countOf, elementsOf, type Values } from './tensor.ts';
import type { ModelType } from '../task/schema.ts';

const pseudoTypes = ['float32', 'float16', 'float64', 'int64', 'int32', 'uint8', 'int8', 'bool'] as const;
const mostElements = 2 ** 24;
const state = /^(state|h|c|h0|c0|hn|cn)$/i;
const rate = /^sr$|sample_?rate/i;
/** Whole numbers are below it where nothing tells what they may be. */
const plainBelow = 100;
/** Of an axis that may have any; filters of sound are longer than the first. */
const [plainExtent, soundExtent] = [32, 512];

/** An input, and what its whole numbers must be below, where that is known. */
export interface PseudoPort extends Port {
  readonly below?: number | undefined;
}

/**
 * Inputs made up from the graph's own input shapes, for models without data: pictures of shapes that cover one another, other
 * floats from the normal distribution, whole numbers as tokens; sound, which a rate tells, is a longer piece. They tell whether two models compute the same, and nothing
 * of how good either is.
 */
export function pseudoDataset(ports: readonly PseudoPort[], count: number, seed: number): Dataset {
  for (const { name, type } of ports)
    if (!pseudoTypes.some((known) => known === type))
      throw new UsageError(`Inputs of the type ${type} ("${name}") cannot be made up; a task file must give them.`);
  const freeExtent = ports.some(({ name }) => rate.test(name)) ? soundExtent : plainExtent;
  return {
    count,
    item: (place) =>
      Promise.resolve({
        name: `pseudo-input ${place + 1}`,
        frames: 1,
        feeds: () =>
          ports.map((port, input): Feed => {
            const values = makeUp(port, freeExtent, random(seed * 1009 + place * 31 + input));
            return { name: port.name, place: input, values, joins: false };
          }),
        target: () => undefined,
        preview: undefined,
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function makeUp(
  { name, type, shape, below: limit = plainBelow }: PseudoPort,
  freeExtent: number,
  next: () => number,
): Values {
  const isFloat = type.startsWith('float');
  const pictures = isFloat && !state.test(name) && !/mask/i.test(name) ? picturesIn(shape) : undefined;
  const sizes =
    pictures?.sizes ??
    shape.map((extent, axis) => {
      if (typeof extent === 'number') return extent;
      // The first is the batch; of a recurrent state it is another, and the only free one.
      return axis === 0 || state.test(name) ? 1 : freeExtent;
    });
  const count = countOf(sizes);
  if (count > mostElements)
    throw new UsageError(`The input "${name}" has ${count} elements; inputs of at most ${mostElements} are made up.`);
  const numbers = pictures ? makeUpPictures(pictures, next) : new Float64Array(count);
  // Recurrent state begins with zeros, rates are known by their name.
  if (rate.test(name)) numbers.fill(16000);
  else if (/mask/i.test(name)) numbers.fill(1);
  else if (!pictures && !state.test(name))
    for (let at = 0; at < count; at++) numbers[at] = isFloat ? normal(next) : below(next, type === 'bool' ? 2 : limit);
  return { type, shape: sizes, data: elementsOf(type as ModelType, numbers) };
}
