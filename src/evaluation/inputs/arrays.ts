import { MalformedFileError, UsageError } from '../../engine/errors.ts';
import { taskPath } from '../task/path.ts';
import type { InputSpec } from '../task/schema.ts';
import { readIndex, wholeField, type Entry } from './index-file.ts';
import { normalise } from './normalise.ts';
import { openNumbers } from './numbers.ts';
import { pngOf } from './picture.ts';
import type { ItemSource } from './source.ts';
import { countOf, elementsOf } from './tensor.ts';

/** Elements of one item: a 16-megapixel image of 8 channels. */
const mostElements = 2 ** 27;

/** Items that are slices of one array, of equal size or as an index says. */
export async function openArrays(
  spec: Extract<InputSpec, { from: 'arrays' }>,
  folder: string,
  unit: string,
): Promise<ItemSource> {
  const { data, shape, index, offset: offsetField, repeat = 1, type, values } = spec;
  const entries = index && (await readIndex(taskPath(folder, index.file), index.items));
  const numbers = await openNumbers(taskPath(folder, data.file), data);
  const fixed = entries === undefined ? sizesOf(shape, {}) : undefined;
  const count = entries?.length ?? Math.floor(numbers.length / countOf(fixed ?? [1]));
  return {
    count,
    async item(place) {
      const entry = entries?.[place];
      const sizes = fixed ?? sizesOf(shape, entry ?? {});
      const elements = countOf(sizes);
      if (elements > mostElements)
        throw new MalformedFileError(`Item ${place + 1} has ${elements} elements; at most ${mostElements} are read.`);
      const start =
        entry === undefined || offsetField === undefined ? place * elements : wholeField(entry, offsetField, 0);
      const raw = await numbers.read(start, elements);
      const [channels = 1, ...rest] = sizes;
      if (repeat > 1 && channels !== 1)
        throw new UsageError(`Only one channel can be repeated; the items have ${channels}.`);
      const perChannel = typeof values?.mean === 'object' || typeof values?.deviation === 'object';
      const one = normalise(raw, values, perChannel ? channels : 1, false);
      const all = new Float64Array(elements * repeat);
      for (let copy = 0; copy < repeat; copy++) all.set(one, copy * elements);
      const full = repeat > 1 ? [repeat, ...rest] : sizes;
      return {
        name: `${unit.replace(/s$/, '')} ${place + 1}`,
        frames: 1,
        frame: () => ({ type, shape: [1, ...full], data: elementsOf(type, all) }),
        preview: () => pngOf(raw, sizes),
        ...(entry && { entry }),
      };
    },
    [Symbol.asyncDispose]: () => numbers[Symbol.asyncDispose](),
  };
}

function sizesOf(shape: readonly (number | string)[], entry: Entry): number[] {
  return shape.map((extent) => (typeof extent === 'number' ? extent : wholeField(entry, extent, 1)));
}
