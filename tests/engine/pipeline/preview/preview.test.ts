import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  compress,
  decideRecipe,
  estimateRecipe,
  previewTensors,
  surveyMethods,
  type RecipeInput,
  type SurveyPoint,
} from '../../../../src/engine/index.ts';
import { quantizers } from '../../../../src/engine/quantizers/catalog.ts';
import { context, finish } from '../../../support/jobs.ts';

const input = join(import.meta.dirname, '../../../../samples/digits.safetensors');
const recipe: RecipeInput = {
  rules: [
    { match: 'fc2.*', keep: true },
    { match: 'block1*.weight', method: 'int', options: { bits: 5 } },
  ],
  default: { method: 'grid' },
};

async function compressed(approximate: RecipeInput) {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-preview-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { report } = await finish(compress({ input, output: join(folder, 'm.fwz'), approximate }, context()));
  return report;
}

test('what a recipe is said to do to each tensor is what a job then does', async () => {
  const [decisions, { tensors }] = await Promise.all([decideRecipe({ input, recipe }), compressed(recipe)]);
  expect(decisions.map(({ name }) => name).sort()).toEqual(tensors.map(({ name }) => name).sort());
  for (const { name, kept, approximation } of tensors) {
    const said = decisions.find((decision) => decision.name === name);
    expect(said?.kept, name).toBe(kept);
    if (approximation) expect(said?.step).toEqual({ method: approximation.method, options: approximation.options });
    expect(said?.isAsked).toBe(/^fc2\.|^block1.*\.weight$/.test(name));
  }
  await expect(decideRecipe({ input, recipe: { default: { method: 'none' } } })).rejects.toMatchObject({
    code: 'USAGE',
  });
});

test('the loss of a tensor that fits a sample is that of the job, and a kept one has its reason', async () => {
  const { tensors } = await compressed(recipe);
  const small = tensors.filter(({ bytesIn }) => bytesIn < 200_000);
  const previews = await previewTensors({ input, recipe, tensors: small }, context());
  expect(previews.length).toBe(small.length);
  for (const { name, kept, approximation } of small) {
    const preview = previews.find((one) => one.name === name);
    expect(preview?.kept, name).toBe(kept);
    if (!approximation) continue;
    expect(preview?.loss?.relativeL2).toBeCloseTo(approximation.loss.relativeL2, 9);
    expect(preview?.before?.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1000);
    expect(preview?.after?.counts).not.toEqual(preview?.before?.counts);
  }
});

test('the estimated size of a recipe is near that of the archive', async () => {
  for (const [method, most] of [
    ['grid', 0.02],
    ['int', 0.08],
  ] as const) {
    const approximate = { default: { method } };
    const [{ bytesOut }, expected] = await Promise.all([
      compressed(approximate),
      estimateRecipe({ input, recipe: approximate }, context()),
    ]);
    expect(Math.abs(expected.bytesOut / bytesOut - 1)).toBeLessThan(most);
  }
});

test('a survey has points of every method, finer ones nearer, and ends when it is told to', async () => {
  const seen: number[] = [];
  const points = await surveyMethods({ input, progress: (so) => seen.push(so.length) }, context());
  expect(new Set(points.map(({ method }) => method))).toEqual(new Set(quantizers.map(({ id }) => id)));
  expect(seen).toEqual(points.map((_, place) => place + 1));
  const ofGrid: readonly SurveyPoint[] = points.filter(({ method }) => method === 'grid');
  expect(ofGrid.map(({ relativeError }) => relativeError)).toEqual(
    ofGrid.map(({ relativeError }) => relativeError).sort((a, b) => a - b),
  );
  const stop = new AbortController();
  const stopped = surveyMethods({ input, progress: () => stop.abort() }, context(stop.signal));
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
});
