import { stat } from 'node:fs/promises';
import type { SurveyPoint } from '../../contract/approximations.ts';
import type { Events } from '../../contract/events.ts';
import {
  decideRecipe,
  estimateRecipe,
  previewTensors,
  surveyMethods,
  type RecipeInput,
  type TensorDecision,
} from '../../engine/index.ts';
import type { Access } from '../files/access.ts';
import type { SpawnWorker } from '../engine.ts';
import type { Handlers } from './handlers.ts';

const tensorsPerPage = 200;

type Names = keyof typeof import('../../contract/approximations.ts').approximationCalls;

/** Tries approximations on samples. Of estimates and of surveys one runs at a time; a newer one ends it. */
export function approximationHandlers(parts: {
  readonly access: Access;
  readonly spawnWorker: SpawnWorker;
  readonly surveyed: (event: Events['survey.changed']) => void;
}): { readonly handlers: Handlers<Names>; readonly close: () => void } {
  const { access, spawnWorker, surveyed } = parts;
  const decide = latestDecisions();
  const estimates = new OneAtATime();
  const surveys = new OneAtATime();
  const previews = new AbortController();
  return {
    handlers: {
      'approximations.tensors': async ({ path: asked, recipe, search = '', offset = 0, limit = tensorsPerPage }) => {
        const decisions = await decide(await access.check(asked), recipe);
        const wanted = search.toLowerCase();
        const found = decisions.filter(({ name, dtype }) => `${name}\n${dtype}`.toLowerCase().includes(wanted));
        return { tensors: found.slice(offset, offset + limit).map(toDecided), total: found.length };
      },
      'approximations.preview': async ({ path, recipe, tensors }) => {
        const input = await access.check(path);
        const tried = await previewTensors({ input, recipe, tensors }, { spawnWorker, signal: previews.signal });
        return { tensors: tried.map(({ before, after, ...rest }) => ({ ...rest, ...withCounts({ before, after }) })) };
      },
      'approximations.estimate': async ({ path, recipe }) => {
        const input = await access.check(path);
        const estimate = await estimates.run(input, (signal) =>
          estimateRecipe({ input, recipe }, { spawnWorker, signal }),
        );
        return { ...estimate, tensors: [...estimate.tensors] };
      },
      'approximations.survey': async ({ path }) => {
        const input = await access.check(path);
        const progress = (points: readonly SurveyPoint[], total: number): void =>
          surveyed({ path, points: [...points], total });
        const points = await surveys.run(input, (signal) =>
          surveyMethods({ input, progress }, { spawnWorker, signal }),
        );
        return { points: [...points] };
      },
      'approximations.stop': async ({ path }) => {
        const input = await access.check(path);
        estimates.stop(input);
        surveys.stop(input);
        return {};
      },
    },
    close() {
      previews.abort();
      estimates.stop();
      surveys.stop();
    },
  };
}

/** Work of which a newer one ends the one before. */
class OneAtATime {
  #current: { readonly path: string; readonly controller: AbortController } | undefined;

  async run<Result>(path: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#current?.controller.abort();
    const mine = { path, controller: new AbortController() };
    this.#current = mine;
    try {
      return await work(mine.controller.signal);
    } finally {
      if (this.#current === mine) this.#current = undefined;
    }
  }

  /** Ends what is done on a model, or whatever it is. */
  stop(path?: string): void {
    if (path === undefined || this.#current?.path === path) this.#current?.controller.abort();
  }
}

/** Keeps the decisions that were asked for last, for the pages of a table. */
function latestDecisions(): (path: string, recipe: RecipeInput) => Promise<readonly TensorDecision[]> {
  let known: { readonly key: string; readonly decisions: Promise<readonly TensorDecision[]> } | undefined;
  return async (path, recipe) => {
    const { mtimeMs, size } = await stat(path);
    const key = JSON.stringify([path, mtimeMs, size, recipe]);
    if (known?.key === key) return known.decisions;
    const decisions = decideRecipe({ input: path, recipe }).then((all) =>
      all.toSorted((a, b) => b.byteLength - a.byteLength),
    );
    known = { key, decisions };
    decisions.catch(() => (known = undefined));
    return decisions;
  };
}

function toDecided({ shape, ...rest }: TensorDecision) {
  return { ...rest, shape: [...shape] };
}

interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

function withCounts({
  before,
  after,
}: {
  readonly before: Histogram | undefined;
  readonly after: Histogram | undefined;
}) {
  return {
    ...(before && { before: { ...before, counts: [...before.counts] } }),
    ...(after && { after: { ...after, counts: [...after.counts] } }),
  };
}
