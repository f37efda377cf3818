import type { NumbersSeen } from '../../planner/number-statistics.ts';
import { lossOf, type TensorLoss } from '../../quantizers/loss.ts';
import type { MethodStep, RecipeInput } from '../approximate/recipe.ts';
import type { EngineContext } from '../job/requests.ts';
import { SampledModel } from './sampled-model.ts';

export interface PreviewRequest {
  /** A model, not an archive. */
  readonly input: string;
  readonly recipe: RecipeInput;
  /** Of these tensors; what is not in the model is left out. */
  readonly tensors: readonly { readonly file: string; readonly name: string }[];
}

/** What a recipe does to a tensor, from really approximating a sample of it. */
export interface TensorPreview {
  readonly file: string;
  readonly name: string;
  /** Why it is stored exactly, in words; all that follows is absent then. */
  readonly kept?: string;
  readonly step?: MethodStep;
  readonly bitsPerWeight?: number;
  readonly loss?: TensorLoss;
  readonly before?: NumbersSeen['histogram'];
  readonly after?: NumbersSeen['histogram'];
}

const sampleBytes = 256 * 1024;

/** Tries a recipe on samples of some tensors, at most 256 KiB of each. Nothing is written. */
export async function previewTensors(
  { input, recipe: given, tensors }: PreviewRequest,
  context: EngineContext,
): Promise<readonly TensorPreview[]> {
  return SampledModel.use(input, context, async (model) => {
    const recipe = await model.recipeOf(given);
    const wanted = new Set(tensors.map(({ file, name }) => `${file}\n${name}`));
    const found = model
      .tensors()
      .filter(({ file, tensor }) => wanted.has(`${model.files[file]?.name ?? ''}\n${tensor.name}`));
    return Promise.all(
      found.map(async (placed): Promise<TensorPreview> => {
        const key = { file: model.files[placed.file]?.name ?? '', name: placed.tensor.name };
        const tried = await model.try(placed, recipe, sampleBytes);
        if (tried.kind === 'kept') return { ...key, kept: tried.reason };
        const { step, bitsPerWeight, loss, before, after } = tried;
        return {
          ...key,
          ...{ step, bitsPerWeight, loss: lossOf(loss) },
          ...(before && { before: before.histogram }),
          ...(after && { after: after.histogram }),
        };
      }),
    );
  });
}
