import type { Recipe } from '../../../contract/recipes.ts';
import type { OptionValues } from './option-fields.ts';

export type Rule = NonNullable<Recipe['rules']>[number];

/** What a person has chosen so far; {@link toRecipe} makes of it what the command line takes, too. */
export interface RecipeChoice {
  readonly method: string;
  readonly options: OptionValues;
  readonly rules: readonly Rule[];
  readonly automatic: boolean;
}

export function toRecipe({ method, options, rules, automatic }: RecipeChoice): Recipe {
  return {
    ...(rules.length === 0 ? {} : { rules: rules.map((rule) => ({ ...rule })) }),
    default: { method, ...(Object.keys(options).length === 0 ? {} : { options: { ...options } }) },
    ...(automatic ? {} : { automatic }),
  };
}

/** The choice that a recipe stands for; one without a default keeps the method that was chosen before. */
export function fromRecipe(recipe: Recipe, before: RecipeChoice): RecipeChoice {
  const { rules = [], default: rest, automatic = true } = recipe;
  return { method: rest?.method ?? before.method, options: rest?.options ?? {}, rules, automatic };
}

/** Puts a rule for one tensor before all others, in place of an earlier one for it; none: as all others. */
export function withRule(rules: readonly Rule[], match: string, rule: Rule | undefined): readonly Rule[] {
  const others = rules.filter((known) => known.match !== match);
  return rule === undefined ? others : [rule, ...others];
}
