import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { channelSets, readGraph } from '../../../src/engine/onnx/index.ts';
import { gatedNetwork, repeatingNetwork } from '../../support/narrow-models.ts';
import { bytes } from '../../support/onnx.ts';
import { floats, inputOf, int, ints, model, node, smallNetwork, weights } from '../../support/onnx-models.ts';

async function setsOf(file: Uint8Array) {
  const sets = channelSets(await readGraph(memorySource(file)));
  const words = (parts: (typeof sets)[number]['made']): readonly string[] =>
    parts.map(({ tensor, axis, run }) => `${tensor.name} ${axis} ${run}`).sort();
  return sets.map(({ count, made, read, grouped }) => ({
    ...{ count, made: words(made), read: words(read) },
    groups: grouped.map(({ outputs }) => outputs[0]),
  }));
}

describe('channels that can be taken out', () => {
  test('are followed through normalizations, groups of one, residuals, gates and what is flattened', async () => {
    expect(await setsOf(repeatingNetwork())).toEqual([
      {
        count: 12,
        made: [
          ...['depth 0 1', 'first 0 1', 'first.bias 0 1'],
          ...['one.bias 0 1', 'one.mean 0 1', 'one.scale 0 1', 'one.variance 0 1'],
        ],
        read: ['second 1 1'],
        groups: ['b'],
      },
      {
        count: 10,
        made: ['gate 0 1', 'second 0 1', 'second.bias 0 1', 'third 0 1'],
        read: ['fc1 1 16', 'gate 1 1', 'third 1 1'],
        groups: [],
      },
      { count: 16, made: ['fc1 0 1', 'fc1.bias 0 1'], read: ['fc2 1 1'], groups: [] },
    ]);
  });

  test('are those of both sides of a gated layer, behind transposed weights', async () => {
    const gated = { count: 20, made: ['gate 0 1', 'up 0 1'], read: ['down 0 1'], groups: [] };
    expect(await setsOf(gatedNetwork())).toEqual([gated]);
  });

  test('are only those that go from layer to layer', async () => {
    const same = { count: 64, groups: [] };
    expect(await setsOf(smallNetwork(13))).toEqual([
      { ...same, made: ['matrix 1 1'], read: ['turned 1 1'] },
      { ...same, made: ['turned 0 1'], read: ['second 0 1'] },
    ]);
  });

  test.each<readonly [string, number[], string[]]>([
    ['a Concat', [...node('Concat', ['b', 'b'], 'c', int('axis', 1))], ['wide']],
    ['a Softmax over them', [...node('Softmax', ['b'], 'c', int('axis', 1))], ['second']],
    ['an addition of an input', [...node('Add', ['b', 'other'], 'c')], ['second']],
    ['a Transpose', [...node('Transpose', ['b'], 'c', ints('perm', 0, 1, 3, 2))], ['second']],
    ['a second reader of their weights', [...node('Conv', ['b', 'square'], 'c')], ['square']],
  ])('stay where they go through %s', async (_, between, [last = '']) => {
    const graph = [
      ...floats('first', [4, 4, 1, 1], weights(16, 1)),
      ...floats('second', [4, 4, 1, 1], weights(16, 2)),
      ...floats('square', [4, 4, 1, 1], weights(16, 3)),
      ...floats('wide', [4, 8, 1, 1], weights(32, 3)),
      ...node('Conv', ['x', 'first'], 'a'),
      ...node('Relu', ['a'], 'b'),
      ...between,
      ...node('Conv', ['c', last], 'y'),
      ...bytes(11, inputOf('x', 1, 1, 4, 2, 2)),
      ...bytes(11, inputOf('other', 1, 1, 4, 2, 2)),
      ...bytes(12, inputOf('y', 1, 1, 4, 2, 2)),
    ];
    expect(await setsOf(model(graph, 13))).toEqual([]);
  });
});
