import { expect, test } from 'vitest';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { channelSets, readGraph, weightUses } from '../../../src/engine/onnx/index.ts';
import { bytes, type Bytes } from '../../support/onnx.ts';
import { floats, inputOf, model, node, weights } from '../../support/onnx-models.ts';

const equation = (text: string): Bytes => [...bytes(1, 'equation'), ...bytes(4, text)];

test.each([
  { text: 'bd,dhk->bhk', shape: [24, 4, 8], input: 1, role: 'matrix', channelAxis: 2, sumAxes: [0] },
  { text: 'b h k , h k d -> b d', shape: [4, 8, 24], input: 1, role: 'matrix', channelAxis: 2, sumAxes: [0, 1] },
  { text: 'bhi,hij->bhj', shape: [4, 8, 9], input: 1, role: 'matrix', channelAxis: 2, sumAxes: [1] },
  { text: 'oi,bi->bo', shape: [24, 8], input: 0, role: 'matrix', channelAxis: 0, sumAxes: [1] },
  { text: 'bd,d->bd', shape: [24], input: 1, role: 'other', channelAxis: undefined, sumAxes: [] },
  { text: '...d,de', shape: [24, 8], input: 1, role: 'other', channelAxis: undefined, sumAxes: [] },
])(
  'an operand of an Einsum is a matrix by the letters of its equation: $text',
  async ({ text, shape, input, ...told }) => {
    const names = input === 0 ? ['w', 'x'] : ['x', 'w'];
    const count = shape.reduce((product, extent) => product * extent, 1);
    const graph = await readGraph(
      memorySource(
        model(
          [
            ...floats('w', shape, weights(count, 1)),
            ...node('Einsum', names, 'y', equation(text)),
            ...bytes(11, inputOf('x', 1, 2, 24)),
            ...bytes(12, inputOf('y', 1, 2, 24)),
          ],
          13,
        ),
      ),
    );
    const [found] = weightUses(graph);
    const [use] = found?.uses ?? [];
    expect({ role: use?.role, channelAxis: use?.channelAxis, sumAxes: use?.sumAxes }).toEqual(told);
    expect(channelSets(graph)).toEqual([]);
  },
);
