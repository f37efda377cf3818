import { join, parse, posix } from 'node:path';
import type { ApproximationText } from '../../archive/approximation-text.ts';
import type { RecipeInput } from './recipe.ts';

/** Where the archive of a model goes when nobody says: beside it; with the method in its name where weights are approximated. */
export function archivePath(modelPath: string, recipe?: RecipeInput): string {
  if (recipe === undefined) return `${modelPath}.fwz`;
  const { dir, name, ext } = parse(modelPath);
  // The extension of a file says what kind of model it is; a point in the name of a folder says nothing.
  const stem = /^\.[a-z]\w{0,11}$/i.test(ext) ? name : name + ext;
  return join(dir, `${stem}.${recipeLabel(recipe)}.fwz`);
}

/** The name of a restored file whose weights were approximated: it must not pass for the original, or replace it. */
export function approximateFileName(name: string, { methods }: Pick<ApproximationText, 'methods'>): string {
  const { dir, name: stem, ext } = posix.parse(name);
  const [only, ...others] = new Set(methods.map(({ method }) => method));
  const label = only !== undefined && others.length === 0 && isLabel(only) ? only : 'approximate';
  return posix.join(dir, `${stem}.${label}${ext}`);
}

const isLabel = (method: string): boolean => /^[a-z0-9-]{1,32}$/.test(method);

/** A word for file names: the method, or `recipe` where several take part. */
function recipeLabel({ rules = [], default: rest }: RecipeInput): string {
  const named = rules.flatMap((rule) => ('method' in rule ? [rule.method] : []));
  const [only, ...others] = new Set([...named, ...(rest ? [rest.method] : [])]);
  return only !== undefined && others.length === 0 && isLabel(only) ? only : 'recipe';
}
