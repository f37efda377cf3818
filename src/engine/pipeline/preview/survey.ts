import { methodLadder } from '../../quantizers/catalog.ts';
import type { RecipeInput } from '../approximate/recipe.ts';
import type { EngineContext } from '../job/requests.ts';
import { SampledModel } from './sampled-model.ts';
import { WeightSample, type RecipeEstimate } from './weight-sample.ts';

/** A method with some options, on one model. */
export interface SurveyPoint extends Omit<RecipeEstimate, 'tensors'> {
  readonly method: string;
  /** Those that differ from its defaults. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface SurveyRequest {
  /** A model, not an archive. */
  readonly input: string;
  /** Told of all points so far, after each. */
  readonly progress?: ((points: readonly SurveyPoint[], total: number) => void) | undefined;
}

/** For many recipes, and for one: in larger samples the parameters of a tensor weigh as little as in the whole. */
const brief = { places: 24, sampleBytes: 64 * 1024 };
const thorough = { places: 96, sampleBytes: 768 * 1024 };

/** Tries every method of the catalog, finely to coarsely, on samples of a model. Nothing is written. */
export function surveyMethods(
  { input, progress }: SurveyRequest,
  context: EngineContext,
): Promise<readonly SurveyPoint[]> {
  return SampledModel.use(input, context, async (model) => {
    const sample = new WeightSample(model, brief);
    const points: SurveyPoint[] = [];
    for (const step of methodLadder) {
      const { bitsPerWeight, bytesOut, relativeError } = await sample.estimate({ default: step });
      points.push({ ...step, bitsPerWeight, bytesOut, relativeError });
      progress?.([...points], methodLadder.length);
    }
    return points;
  });
}

/** Tries one recipe on samples of a model. Nothing is written. */
export function estimateRecipe(
  { input, recipe }: { readonly input: string; readonly recipe: RecipeInput },
  context: EngineContext,
): Promise<RecipeEstimate> {
  return SampledModel.use(input, context, async (model) => new WeightSample(model, thorough).estimate(recipe));
}
