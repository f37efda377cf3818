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

/** The rule that says what becomes of a tensor: the first that matches. */
export function ruleOf(rules: readonly Rule[], name: string): Rule | undefined {
  return rules.find(({ match }) => patternOf(match).test(name));
}

/** Puts a rule for one tensor before all others, in place of an earlier one for it; none: as all others. */
export function withRule(rules: readonly Rule[], match: string, rule: Rule | undefined): readonly Rule[] {
  const others = rules.filter((known) => known.match !== match);
  return rule === undefined ? others : [rule, ...others];
}

const patterns = new Map<string, RegExp>();

/** `*` stands for any run of characters and `?` for one; runs of stars are one, which keeps matching short. */
function patternOf(match: string): RegExp {
  const known = patterns.get(match);
  if (known !== undefined) return known;
  const source = match
    .replaceAll(/\*+/g, '*')
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const pattern = new RegExp(`^${source}$`, 's');
  patterns.set(match, pattern);
  return pattern;
}
