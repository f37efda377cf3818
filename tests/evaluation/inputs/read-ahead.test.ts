import { expect, test } from 'vitest';
import type { Dataset } from '../../../src/evaluation/inputs/dataset.ts';
import { readAhead } from '../../../src/evaluation/inputs/read-ahead.ts';

const count = 40;
const placesFrom = (first: number, end: number) => Array.from({ length: end - first }, (_, at) => first + at);
const item = { frames: 1, feeds: () => [], target: () => undefined, preview: undefined };

/** A dataset that tells in which order its items were read; those of 8 MiB leave room for four. */
function recorded(itemBytes: number | undefined): { readonly dataset: Dataset; readonly asked: number[] } {
  const asked: number[] = [];
  const dataset = {
    count,
    ...(itemBytes !== undefined && { itemBytes }),
    item(place: number) {
      asked.push(place);
      return place === 7 ? Promise.reject(new Error('a broken one')) : Promise.resolve({ ...item, name: `${place}` });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { dataset, asked };
}

test('items are read before they are asked for, each once, and never more than fit', async () => {
  const { dataset, asked } = recorded(8 * 2 ** 20);
  await using ahead = readAhead(dataset, placesFrom(2, 30));
  expect(asked).toEqual([2, 3, 4, 5]);
  // The noise floor looks at the first one before all others do.
  await ahead.item(2);
  for (let place = 2; place < 30; place++) {
    const found = ahead.item(place);
    if (place === 7) await expect(found).rejects.toThrow('a broken one');
    else expect((await found).name).toBe(`${place}`);
    expect(asked.length).toBeLessThanOrEqual(place - 2 + 4);
  }
  expect(asked).toEqual(placesFrom(2, 30));
});

test('an item that is out of order is read all the same', async () => {
  const { dataset } = recorded(8 * 2 ** 20);
  await using ahead = readAhead(dataset, placesFrom(0, count));
  expect((await ahead.item(20)).name).toBe('20');
  expect((await ahead.item(3)).name).toBe('3');
});

test('where it is not known what items take, none is read ahead', () => {
  const { dataset, asked } = recorded(undefined);
  expect(readAhead(dataset, placesFrom(0, count))).toBe(dataset);
  expect(asked).toEqual([]);
});
