import { CancelledError, toFeatherweightError } from '../../errors.ts';
import { chooseFor, ruleFor } from '../approximate/choose.ts';
import { parseRecipe, type MethodStep, type RecipeInput } from '../approximate/recipe.ts';
import { settle } from '../approximate/settle.ts';
import { Roles } from '../../models/roles.ts';
import { openInputs } from '../../models/inputs.ts';
import { planResources } from '../job/resources.ts';

/** What a recipe says of a tensor, from headers and the graph alone; its numbers may still speak against it. */
export interface TensorDecision {
  readonly file: string;
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** The method with all its options; absent: stored exactly. */
  readonly step?: MethodStep;
  /** Why it is stored exactly, in words. */
  readonly kept?: string;
  /** A rule of the recipe names it. */
  readonly isAsked: boolean;
  /** The care that is taken by itself gave it other options than all the others. */
  readonly isFiner: boolean;
}

/** Tells what a recipe says of every tensor of a model. Throws `USAGE` for a recipe that is none. */
export async function decideRecipe(
  { input, recipe: given }: { readonly input: string; readonly recipe: RecipeInput },
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly TensorDecision[]> {
  try {
    const asked = parseRecipe(given);
    await using inputs = await openInputs(input, planResources({}).headerBytes);
    const roles = await Roles.read(inputs.files, signal);
    const recipe = await settle(asked, inputs.files, roles, signal);
    const careless = { ...recipe, automatic: false };
    return inputs.files.flatMap(({ name: file, layout }, number) =>
      (layout?.tensors ?? []).map((tensor): TensorDecision => {
        const { name, dtype, shape, byteLength } = tensor;
        const role = roles.of(number, tensor);
        const decision = chooseFor(tensor, role, recipe);
        const isAsked = ruleFor(tensor, role, recipe) !== undefined;
        const common = { file, name, dtype, shape, byteLength, isAsked };
        if (decision.kind === 'kept') return { ...common, kept: decision.reason, isFiner: false };
        const plain = chooseFor(tensor, role, careless);
        const usual = plain.kind === 'candidate' ? JSON.stringify(plain.step) : '';
        return { ...common, step: decision.step, isFiner: JSON.stringify(decision.step) !== usual };
      }),
    );
  } catch (error) {
    throw signal.aborted ? new CancelledError() : toFeatherweightError(error, 'reading what a recipe says');
  }
}
