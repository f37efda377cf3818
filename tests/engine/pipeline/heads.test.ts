import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileSource } from '../../../src/engine/io/file-source.ts';
import { readGraph } from '../../../src/engine/onnx/index.ts';
import { decideRecipe } from '../../../src/engine/pipeline/preview/decisions.ts';
import { encodeFloats } from '../../../src/engine/tensor/floats.ts';
import { findLayers } from '../../../src/evaluation/joint/layers/layers.ts';
import { folderWith } from '../../support/folder.ts';
import { bell } from '../../support/numbers.ts';
import { bytes } from '../../support/onnx.ts';
import { floats, inputOf, ints, model, node } from '../../support/onnx-models.ts';
import { headerText, safetensorsFile, type ExpectedTensor } from '../../support/safetensors.ts';

/** The coarseness of each tensor of a model that has them, with the same asked of all. */
async function coarseness(shapes: Readonly<Record<string, readonly number[]>>) {
  let end = 0;
  const data: Uint8Array[] = [];
  const tensors = Object.entries(shapes).map(([name, shape], place): ExpectedTensor => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    data.push(encodeFloats('F32', bell(count, 0.05, place + 1)));
    return { name, dtype: 'F32', shape, begin: end, end: (end += 4 * count) };
  });
  const input = join(await folderWith({}), 'model.safetensors');
  await writeFile(input, safetensorsFile(headerText(tensors), Buffer.concat(data)));
  return await decidedFor(input);
}

async function decidedFor(input: string) {
  const recipe = { default: { method: 'grid', options: { coarseness: 0.2 } } };
  const decided = await decideRecipe({ input, recipe });
  return Object.fromEntries(decided.map(({ name, step }) => [name, step?.options['coarseness']]));
}

test('the head that tells the words of an embedding has finer lines, and no other last layer has', async () => {
  const inner = { 'layers.0.up_proj.weight': [96, 64] };
  expect(await coarseness({ 'embed_tokens.weight': [512, 64], ...inner, 'lm_head.weight': [512, 64] })).toEqual({
    'embed_tokens.weight': 0.2,
    'layers.0.up_proj.weight': 0.2,
    'lm_head.weight': 0.1,
  });
  expect(await coarseness({ 'embed_tokens.weight': [512, 64], ...inner, 'score.weight': [64, 64] })).toMatchObject({
    'score.weight': 0.2,
  });
  expect(await coarseness({ ...inner, 'classifier.weight': [512, 64] })).toMatchObject({ 'classifier.weight': 0.2 });
});

test('of a graph whose head is its embedding, the head has finer lines, be it one tensor or a copy that was turned over', async () => {
  const weights = (name: string, seed: number, ...shape: number[]) =>
    floats(name, shape, bell(shape[0]! * shape[1]!, 0.05, seed));
  const graph = (...head: (readonly number[])[]) =>
    model(
      [
        ...weights('table', 1, 512, 64),
        ...weights('inner', 2, 64, 64),
        ...node('Gather', ['table', 'ids'], 'looked'),
        ...node('MatMul', ['looked', 'inner'], 'hidden'),
        ...head.flat(),
        ...bytes(11, inputOf('ids', 7, 1, 8)),
        ...bytes(12, inputOf('logits', 1, 1, 8, 512)),
      ],
      13,
    );
  const turned = [...node('Transpose', ['table'], 'turned', ints('perm', 1, 0))];
  const folder = await folderWith({
    'tied.onnx': graph(turned, node('MatMul', ['hidden', 'turned'], 'logits')),
    'folded.onnx': graph(weights('copy', 1, 64, 512), node('MatMul', ['hidden', 'copy'], 'logits')),
  });
  expect(await decidedFor(join(folder, 'tied.onnx'))).toMatchObject({ table: 0.1 });
  expect(await decidedFor(join(folder, 'folded.onnx'))).toMatchObject({ table: 0.2, copy: 0.1 });
  // Fitted, the one tensor is rounded for the inputs of the head.
  await using source = await FileSource.open(join(folder, 'tied.onnx'));
  const layers = findLayers(await readGraph(source));
  expect(layers.find(({ name }) => name === 'table')).toMatchObject({ input: 'hidden', rows: 512, columns: 64 });
});
