import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decideRecipe } from '../../../src/engine/pipeline/preview/decisions.ts';
import { encodeFloats } from '../../../src/engine/tensor/floats.ts';
import { folderWith } from '../../support/folder.ts';
import { bell } from '../../support/numbers.ts';
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
