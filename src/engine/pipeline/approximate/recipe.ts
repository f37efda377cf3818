import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { quantizerById, quantizers } from '../../quantizers/catalog.ts';
import { levelById, levels } from '../../quantizers/levels.ts';
import { schemaWords } from '../../schema-words.ts';

const match = z.string().min(1).meta({
  title: 'Tensors',
  description: 'A tensor name, with * for any run of characters and ? for one.',
});

const step = {
  method: z.string().meta({ title: 'Method', description: 'The id of an approximate method, or of a level.' }),
  options: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ title: 'Options', description: 'Options of the method.' }),
};

const ruleSchema = z.union([
  z.strictObject({ match, keep: z.literal(true).meta({ title: 'Keep', description: 'Store these tensors exactly.' }) }),
  z.strictObject({ match, ...step }),
]);

/**
 * What becomes of the tensors of a model, as a person writes it: the first rule whose pattern matches a tensor's name counts.
 * All others get the default, or are kept where it is sensible; `automatic: false` turns that care off. What cannot be
 * approximated (integers, infinities) is always kept.
 */
export const recipeSchema = z.strictObject({
  rules: z.array(ruleSchema).max(10_000).default([]),
  default: z.strictObject(step).optional(),
  automatic: z.boolean().default(true).meta({
    title: 'Automatic care',
    description: 'Keep norms, biases, small and computed tables, and treat sensitive layers more finely.',
  }),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeInput = z.input<typeof recipeSchema>;

/** A method with options that it takes. */
export interface MethodStep {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Checks a recipe down to the options of each method. Throws {@link UsageError} that names the rule. */
export function parseRecipe(input: unknown): Recipe {
  const parsed = recipeSchema.safeParse(input, { error: schemaWords });
  if (!parsed.success) throw new UsageError(`The recipe is not valid: ${z.prettifyError(parsed.error)}`);
  const recipe = parsed.data;
  recipe.rules.forEach((rule, place) => {
    if ('method' in rule) stepOf(rule, `rule ${place + 1} of the recipe`);
  });
  if (recipe.default) stepOf(recipe.default);
  return recipe;
}

/** The step with all its options, defaults filled in; of a level, of the method it stands for. */
export function stepOf(
  {
    method,
    options = {},
  }: { readonly method: string; readonly options?: Readonly<Record<string, unknown>> | undefined },
  place?: string,
): MethodStep {
  const where = place === undefined ? '' : ` (${place})`;
  const level = levelById(method);
  if (level !== undefined) {
    if (Object.keys(options).length > 0)
      throw new UsageError(
        `"${method}" is a level and takes no options${where}; its method "${level.method}" takes them.`,
        { method },
      );
    return stepOf(level, place);
  }
  const quantizer = quantizerById(method);
  if (quantizer === undefined) {
    const known = [...levels, ...quantizers].map(({ id }) => id).join(', ');
    throw new UsageError(`There is no approximate method "${method}"${where}; there are ${known}.`, { method });
  }
  const parsed = quantizer.options.safeParse(options, { error: schemaWords });
  if (!parsed.success)
    throw new UsageError(`The options of "${method}" are not valid${where}: ${z.prettifyError(parsed.error)}`, {
      method,
    });
  return { method, options: parsed.data as Record<string, unknown> };
}

/** Whether a name fits a pattern; linear in both, whatever the pattern. */
export function matchesPattern(name: string, pattern: string): boolean {
  let [at, place, star, resumed] = [0, 0, -1, 0];
  while (at < name.length) {
    const sign = pattern[place];
    if (sign === '*') {
      star = place++;
      resumed = at;
    } else if (sign === '?' || sign === name[at]) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++resumed;
    } else {
      return false;
    }
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}
