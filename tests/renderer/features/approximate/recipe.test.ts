import { expect, test } from 'vitest';
import { recipe } from '../../../../src/contract/recipes.ts';
import { changedOptions, optionFields } from '../../../../src/renderer/features/approximate/option-fields.ts';
import {
  fromRecipe,
  ruleOf,
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

test('the first rule that fits a name counts, whatever signs the name has', () => {
  const rules = [
    { match: 'layer.?.weight', keep: true },
    { match: 'layer.*', method: 'other' },
  ] as const;
  expect(ruleOf(rules, 'layer.1.weight')).toBe(rules[0]);
  expect(ruleOf(rules, 'layer.10.weight')).toBe(rules[1]);
  expect(ruleOf(rules, 'layerx1.weight')).toBeUndefined();
  expect(ruleOf([{ match: 'a(b)[c]', keep: true }], 'a(b)[c]')).toBeDefined();
});
