import { expect, test } from 'vitest';
import { parseRecipe, stepOf } from '../../../src/engine/pipeline/approximate/recipe.ts';
import { quantizers } from '../../../src/engine/quantizers/catalog.ts';
import { levels } from '../../../src/engine/quantizers/levels.ts';

test.each(levels)('level $id stands for a method with options that it takes', ({ id, method, options }) => {
  expect(quantizers.map<string>((quantizer) => quantizer.id)).not.toContain(id);
  expect(stepOf({ method: id }, 'a test')).toEqual(stepOf({ method, options }, 'a test'));
});

test('a level takes no options, and says whose they are', () => {
  expect(() => parseRecipe({ default: { method: 'near', options: { bits: 4 } } })).toThrow(/method "int" takes them/);
});

test('a method that is neither is told with all there are', () => {
  expect(() => parseRecipe({ default: { method: 'nearly' } })).toThrow(/there are near, compact, grid/);
});
