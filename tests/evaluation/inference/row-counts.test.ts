import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pseudoInputs } from '../../../src/evaluation/inference/inputs.ts';
import { rowCounts } from '../../../src/evaluation/inference/row-counts.ts';
import { loadModel } from '../../../src/evaluation/inference/session.ts';
import { folderWith } from '../../support/folder.ts';
import { bytes, whole, type Bytes } from '../../support/onnx.ts';
import { floats, inputOf, int, model, node, weights } from '../../support/onnx-models.ts';

const [words, kinds] = [5000, 2];

/** Adds a row of `words` and one of `kinds` for each of 64 tokens; the first table may be shared with a smaller one. */
function embedding(more: Bytes = []): Uint8Array {
  return model(
    [
      ...floats('words', [words, 4], weights(words * 4, 1)),
      ...floats('kinds', [4, kinds], weights(4 * kinds, 2)),
      ...node('Cast', ['ids'], 'ids.cast', [...int('to', 6)]),
      ...node('Gather', ['words', 'ids.cast'], 'of.words'),
      ...node('Gather', ['kinds', 'types'], 'of.kinds', int('axis', -1)),
      ...node('Transpose', ['of.kinds'], 'turned', [...bytes(1, 'perm'), ...bytes(8, [1, 2, 0]), ...whole(20, 7)]),
      ...node('Add', ['of.words', 'turned'], 'y'),
      ...more,
      ...bytes(11, inputOf('ids', 7, 1, 64)),
      ...bytes(11, inputOf('types', 7, 1, 64)),
      ...bytes(12, inputOf('y', 1, 1, 64, 4)),
    ],
    13,
  );
}

async function written(content: Uint8Array): Promise<string> {
  return join(await folderWith({ 'model.onnx': content }), 'model.onnx');
}

describe('tokens that are made up', () => {
  test('are rows of the tables that they are looked up in, any of them', async () => {
    const path = await written(embedding());
    expect(await rowCounts(path)).toEqual(new Map(Object.entries({ ids: words, types: kinds })));

    await using loaded = await loadModel(path, 1);
    await using dataset = await pseudoInputs(loaded, 2, 1);
    const seen = (await dataset.item(0)).feeds(0).map(({ values }) => [...values.data].map(Number));
    const [ids = [], types = []] = seen;
    expect(Math.max(...ids)).toBeGreaterThan(words / 2);
    expect(Math.max(...ids)).toBeLessThan(words);
    expect(new Set(types)).toEqual(new Set([0, 1]));
    // What no table has a row for is an error of the runtime.
    const feeds = (await dataset.item(1)).feeds(0).map(({ name, values }) => [name ?? '', values] as const);
    expect((await loaded.run(new Map(feeds))).get('y')?.shape).toEqual([1, 64, 4]);
  });

  test('of which two tables know are rows of the smaller one', async () => {
    const more = [...floats('few', [7, 4], weights(28, 3)), ...node('Gather', ['few', 'ids'], 'of.few')];
    expect((await rowCounts(await written(embedding(more)))).get('ids')).toBe(7);
  });

  test('are small where no graph can be read', async () => {
    expect(await rowCounts(await written(new TextEncoder().encode('no graph')))).toEqual(new Map());
  });
});
