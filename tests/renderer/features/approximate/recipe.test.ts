import { expect, test } from 'vitest';
import { recipe } from '../../../../src/contract/recipes.ts';
import { changedOptions, optionFields } from '../../../../src/renderer/features/approximate/option-fields.ts';
import {
  fromRecipe,
  toRecipe,
  withRule,
  type RecipeChoice,
} from '../../../../src/renderer/features/approximate/recipe-choice.ts';

const choice: RecipeChoice = { method: 'some', options: { bits: 4 }, rules: [], automatic: false };

test('a recipe tells only what differs from defaults, and reads back as it was chosen', () => {
  const fields = optionFields({
    properties: { bits: { type: 'integer', default: 8 }, fine: { type: 'boolean', default: true } },
  });
  expect(changedOptions(fields, { bits: 4, fine: true })).toEqual({ bits: 4 });
  expect(changedOptions(fields, { bits: 8 })).toBeUndefined();
  const rules = withRule([{ match: 'b', keep: true }], 'a*', { match: 'a*', method: 'other' });
  const written = toRecipe({ ...choice, rules });
  expect(recipe.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
  expect(fromRecipe(written, { ...choice, method: 'none' })).toEqual({ ...choice, rules });
});
