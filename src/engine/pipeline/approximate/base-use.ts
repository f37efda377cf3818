import { UsageError } from '../../errors.ts';
import { quantizerById } from '../../quantizers/catalog.ts';
import { stepOf, type Recipe } from './recipe.ts';

/**
 * What a person should know of a recipe's methods and bases, in words: some make little use of one. Throws {@link UsageError} where a
 * method can do nothing without a base and none was given.
 */
export function baseNotices({ rules, default: usual }: Recipe, hasBases: boolean): readonly string[] {
  const asked = [...rules, ...(usual ? [usual] : [])].flatMap((step) =>
    'method' in step ? [stepOf(step).method] : [],
  );
  const methods = [...new Set(asked)].flatMap((id) => quantizerById(id) ?? []);
  const needy = methods.find(({ needsBase }) => needsBase);
  if (needy && !hasBases)
    throw new UsageError(`"${needy.id}" stores differences to a base model, and none was given; name one.`, {
      method: needy.id,
    });
  if (!hasBases) return [];
  return methods
    .filter(({ needsBase, linesOf }) => needsBase !== true && linesOf === undefined)
    .map(
      ({ id }) =>
        `"${id}" tells no weights as rough differences; of the base only what comes out as it is there, and what stays exact, is taken.`,
    );
}
