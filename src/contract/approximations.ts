import { z } from 'zod';
import { recipe } from './recipes.ts';

const path = z.string().min(1).max(4096);
const options = z.record(z.string(), z.unknown());

/** A method with its options. */
const step = z.object({ method: z.string(), options });
const tensorKey = { file: z.string(), name: z.string() };
const histogram = z.object({ from: z.number(), to: z.number(), counts: z.array(z.number()) });

/** What approximating lost of a tensor's numbers. */
export const tensorLoss = z.object({
  /** ‖after − before‖ / ‖before‖. */
  relativeL2: z.number(),
  mostError: z.number(),
  /** Decibels; absent where nothing was lost. */
  sqnr: z.number().exactOptional(),
  cosine: z.number(),
  /** Share of zeros after, 0 to 1. */
  zeros: z.number(),
});
export type TensorLoss = z.infer<typeof tensorLoss>;

/** What a recipe says of a tensor, from headers alone. */
export const decidedTensor = z.object({
  ...tensorKey,
  dtype: z.string(),
  shape: z.array(z.number()),
  byteLength: z.number(),
  /** Absent: stored exactly. */
  step: step.exactOptional(),
  /** Why it is stored exactly. */
  kept: z.string().exactOptional(),
  /** A rule of the recipe names it. */
  isAsked: z.boolean(),
  /** It is sensitive, so its options are finer than those of all others. */
  isFiner: z.boolean(),
});
export type DecidedTensor = z.infer<typeof decidedTensor>;

/** What a recipe does to a tensor, from really approximating a sample of it. Kept exactly: only `kept` is there. */
export const tensorPreview = z.object({
  ...tensorKey,
  kept: z.string().exactOptional(),
  step: step.exactOptional(),
  bitsPerWeight: z.number().exactOptional(),
  loss: tensorLoss.exactOptional(),
  before: histogram.exactOptional(),
  after: histogram.exactOptional(),
});
export type TensorPreview = z.infer<typeof tensorPreview>;

const recipeEstimate = {
  bitsPerWeight: z.number(),
  bytesOut: z.number(),
  /** ‖after − before‖ / ‖before‖ of tensors, as root mean square over weights. It says nothing of answers. */
  relativeError: z.number(),
};

/** What a recipe comes to, from samples of some tensors. */
export const approximationEstimate = z.object({
  ...recipeEstimate,
  /** Those that were sampled. */
  tensors: z.array(z.object({ ...tensorKey, bitsPerWeight: z.number() })),
});
export type ApproximationEstimate = z.infer<typeof approximationEstimate>;

/** A method with the options that differ from its defaults, on samples of one model. */
export const surveyPoint = z.object({ ...step.shape, ...recipeEstimate });
export type SurveyPoint = z.infer<typeof surveyPoint>;

/** Looking at approximations before they are made; nothing is written by any of these. */
export const approximationCalls = {
  /** A page of what the recipe says of each tensor, largest first. */
  'approximations.tensors': {
    input: z.strictObject({
      path,
      recipe,
      search: z.string().max(200).exactOptional(),
      offset: z.int().min(0).exactOptional(),
      limit: z.int().min(1).max(1000).exactOptional(),
    }),
    output: z.object({ tensors: z.array(decidedTensor), total: z.number() }),
  },
  'approximations.preview': {
    input: z.strictObject({ path, recipe, tensors: z.array(z.strictObject(tensorKey)).min(1).max(32) }),
    output: z.object({ tensors: z.array(tensorPreview) }),
  },
  /** A newer estimate, or `approximations.stop`, ends it with `CANCELLED`. */
  'approximations.estimate': { input: z.strictObject({ path, recipe }), output: approximationEstimate },
  /** Tries all methods; `survey.changed` tells the points as they come. A newer one, or `approximations.stop`, ends it. */
  'approximations.survey': { input: z.strictObject({ path }), output: z.object({ points: z.array(surveyPoint) }) },
  /** Ends what is tried on the model. */
  'approximations.stop': { input: z.strictObject({ path }), output: z.strictObject({}) },
} as const;
