import { expect, test } from 'vitest';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { edited, giveOnly, readGraph, type OnnxGraph } from '../../../src/engine/onnx/index.ts';
import { collect } from '../../support/collect.ts';
import { branchNetwork, deepNetwork } from '../../support/onnx-models.ts';

/** What is left of the main graph when it gives only these values; nothing where it cannot. */
async function leftOf(file: Uint8Array, ...names: string[]) {
  const source = memorySource(file);
  const edits = giveOnly(await readGraph(source), names);
  if (!edits) return undefined;
  const { graph } = await readGraph(memorySource(await collect(edited(source, edits).chunks())));
  const namesOf = (values: OnnxGraph['outputs'] | OnnxGraph['initializers']) => values.map(({ name }) => name);
  return {
    ...{ nodes: graph.nodes.flatMap(({ outputs }) => outputs), initializers: namesOf(graph.initializers) },
    ...{ inputs: namesOf(graph.inputs), outputs: namesOf(graph.outputs) },
  };
}

test('only what values take is left, and they are the outputs', async () => {
  const network = deepNetwork(4, 1);
  expect(await leftOf(network, 'h2', 'x')).toEqual({
    ...{ nodes: ['h1', 'h2'], initializers: ['w1', 'w2'], inputs: ['x'], outputs: ['h2'] },
  });
  expect(await leftOf(network, 'h4', 'h1')).toMatchObject({ nodes: ['h1', 'h2', 'h3', 'h4'], outputs: ['h4', 'h1'] });
  // A graph has to give something.
  expect(await leftOf(network, 'x')).toMatchObject({ nodes: ['h1'], initializers: ['w1'], outputs: ['h1'] });
});

test('what branches take from around them stays', async () => {
  const left = await leftOf(branchNetwork(), 'y');
  expect(left).toMatchObject({ nodes: ['b', 'y'], initializers: ['first'], inputs: ['x', 'flag'] });
  expect(await leftOf(branchNetwork(), 'b')).toMatchObject({ nodes: ['b'], outputs: ['b'], inputs: ['x', 'flag'] });
});

test('values of no node of the main graph are told to be out of reach', async () => {
  for (const name of ['none', 'w1']) expect(await leftOf(deepNetwork(2, 1), name)).toBeUndefined();
});
