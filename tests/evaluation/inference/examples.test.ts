import sharp from 'sharp';
import { expect, test } from 'vitest';
import { Examples } from '../../../src/evaluation/inference/examples.ts';
import type { Part } from '../../../src/evaluation/inference/runs.ts';
import { Scoring } from '../../../src/evaluation/inference/scoring.ts';
import type { Picture } from '../../../src/evaluation/figures.ts';
import type { Values } from '../../../src/evaluation/inputs/tensor.ts';

function valuesOf(shape: readonly number[], numbers: readonly number[]): Values {
  return { type: 'float32', shape, data: Float32Array.from(numbers) };
}

function partOf(place: number, { frame = 0, frames = 1, block = place, firstBlock = place } = {}): Part {
  const item = { name: `item ${place}`, frames, preview: undefined } as unknown as Part['item'];
  return { place, item, frame, block, firstBlock, target: { numbers: Float64Array.of(1) } };
}

async function pixelsOf({ base64 }: Picture): Promise<readonly number[]> {
  return [...(await sharp(Buffer.from(base64, 'base64')).greyscale().raw().toBuffer())];
}

test('pictures that came out otherwise are shown with the shades of the original, and their difference beside them', async () => {
  const examples = new Examples({ decoder: undefined, tellsClass: false, tellsPicture: true });
  const before = Array.from({ length: 16 }, (_, at) => at / 15);
  const after = before.with(5, before[5]! + 0.1);
  const pair = { original: valuesOf([1, 1, 4, 4], before), candidate: valuesOf([1, 1, 4, 4], after) };
  expect(await examples.add(partOf(0), pair)).toBe(false);
  await examples.addScore(partOf(0), { before: 30, after: 29, title: 'PSNR', better: 'higher' }, pair);
  const [example] = examples.list();
  expect(example).toMatchObject({ change: 'worse', scored: 'PSNR', answers: { kind: 'image' } });
  if (example?.answers?.kind !== 'image') throw new Error('No pictures.');
  const { original, candidate, difference, times } = example.answers;
  const [one, other] = [await pixelsOf(original), await pixelsOf(candidate)];
  expect(one).toEqual(before.map((value) => Math.round(value * 255)));
  expect(other.filter((pixel, at) => pixel !== one[at])).toEqual([Math.round(after[5]! * 255)]);
  expect((await pixelsOf(difference)).map((pixel) => pixel > 0)).toEqual(one.map((_, at) => at === 5));
  expect(times).toBeCloseTo(10, 4);
});

test('of clips the curve of all frames is shown, and of the many only the first ones', async () => {
  const examples = new Examples({ decoder: undefined, tellsClass: false, tellsPicture: false });
  const frames = 20;
  for (let place = 0; place < 12; place++)
    for (let frame = 0; frame < frames; frame++) {
      const part = partOf(place, { frame, frames });
      const pair = { original: valuesOf([1, 1], [frame]), candidate: valuesOf([1, 1], [frame + place]) };
      await examples.add(part, pair);
      const score = { before: 1, after: 1 - place / 100, title: 'accuracy', better: 'higher' } as const;
      if (frame === frames - 1) await examples.addScore(part, score, pair);
    }
  const list = examples.list();
  expect(list.map(({ place }) => place)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(list.map(({ answers }) => answers !== undefined)).toEqual(list.map((_, rank) => rank < 8));
  expect(list[0]?.answers).toEqual({
    kind: 'curve',
    original: Array.from({ length: frames }, (_, frame) => frame),
    candidate: Array.from({ length: frames }, (_, frame) => frame + 11),
  });
});

test('an item is scored over all its blocks, not by the last alone', () => {
  const context = { decoder: undefined, tokenBytes: undefined } as unknown as ConstructorParameters<typeof Scoring>[1];
  const scoring = new Scoring([{ metric: 'accuracy', threshold: 0.5 }], context, true);
  const of = (block: number) => partOf(0, { block, firstBlock: 3 });
  for (const [block, value] of [
    [2, 0],
    [3, 0],
    [4, 1],
    [5, 1],
  ] as const)
    scoring.add(of(block), valuesOf([1, 1], [value]), valuesOf([1, 1], [value]));
  expect(scoring.itemScore(of(5))).toMatchObject({ value: 2 / 3, title: 'accuracy', better: 'higher' });
});
