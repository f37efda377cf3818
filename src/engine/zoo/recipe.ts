import { readFile } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { z } from 'zod';
import { toFeatherweightError, UsageError } from '../errors.ts';
import { schemaWords } from '../schema-words.ts';
import type { ZooModel } from './zoo.ts';

const preset = z.enum(['quick', 'balanced', 'smallest']);

/** What to do with a zoo, as the window and the command line keep it in a JSON file. */
const recipeSchema = z.strictObject({
  version: z.literal(1).default(1),
  preset: preset.default('balanced'),
  /** The first rule whose every condition fits a model decides; a model that fits none is planned by what is measured. */
  rules: z
    .array(
      z.strictObject({
        /** A glob over the model's id, such as `old/**`; without a `/` over the last part of it. */
        match: z.string().min(1).default('**'),
        /** Ids of models, exactly as a scan tells them. */
        models: z.array(z.string()).max(100_000).optional(),
        olderThanDays: z.number().min(0).optional(),
        smallerThanBytes: z.number().min(0).optional(),
        /** Whether it fits only models whose weights are those of another, or only others. */
        copies: z.boolean().optional(),
        /** `skip` leaves the model alone, `alone` stores it without a base. */
        action: z.enum(['skip', 'alone']).optional(),
        preset: preset.optional(),
      }),
    )
    .max(1000)
    .default([]),
  /** Whether models may be stored as differences to others, copies among them. */
  families: z.boolean().default(true),
  /** Of the checkpoints of one run, every so many-th is stored without a base. */
  rebaseEvery: z.int().min(1).max(8).default(5),
  /** What would not save this share is already dense and left alone. */
  leastSaving: z.number().min(0).max(1).default(0.02),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeInput = z.input<typeof recipeSchema>;
export type Rule = Recipe['rules'][number];

/** A recipe with what is usual where it does not say. Throws as its schema does. */
export function completeRecipe(recipe: RecipeInput): Recipe {
  return recipeSchema.parse(recipe);
}

/** Reads a recipe file. Throws {@link UsageError} that says what is wrong where. */
export async function readRecipe(path: string): Promise<Recipe> {
  try {
    return recipeSchema.parse(JSON.parse(await readFile(path, 'utf8')), { error: schemaWords });
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new UsageError(`The recipe "${path}" is not valid: ${z.prettifyError(error).slice(0, 500)}`, { path });
    if (error instanceof SyntaxError)
      throw new UsageError(`The recipe "${path}" is no JSON: ${error.message}`, { path });
    throw toFeatherweightError(error, 'reading the recipe');
  }
}

/** The first rule that fits a model; `now` in milliseconds since 1970. */
export function ruleFor({ rules }: Recipe, model: ZooModel, now: number): Rule | undefined {
  return rules.find((rule) => {
    const { match, olderThanDays, smallerThanBytes, copies } = rule;
    if (copies !== undefined && copies !== (model.equalTo !== undefined)) return false;
    if (rule.models !== undefined && !idsOf(rule, rule.models).has(model.id)) return false;
    const name = match.includes('/') || match === '**' ? model.id : (model.id.split('/').at(-1) ?? '');
    const isOld = olderThanDays === undefined || now - model.modified > olderThanDays * 86_400_000;
    return isOld && model.bytes < (smallerThanBytes ?? Infinity) && matchesGlob(name, match);
  });
}

/** A rule may name thousands of models and is asked for each of as many. */
const idsOfRules = new WeakMap<Rule, ReadonlySet<string>>();

function idsOf(rule: Rule, models: readonly string[]): ReadonlySet<string> {
  const known = idsOfRules.get(rule) ?? new Set(models);
  idsOfRules.set(rule, known);
  return known;
}
