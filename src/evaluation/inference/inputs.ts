import { openDataset, type Dataset } from '../inputs/dataset.ts';
import { pseudoDataset } from '../inputs/pseudo.ts';
import { rowCounts } from './row-counts.ts';
import type { LoadedModel } from './session.ts';
import type { Task } from '../task/schema.ts';

/** The inputs that a model is looked at with; plain data. */
export interface ModelInputs {
  readonly task?: { readonly task: Task; readonly folder: string };
  /** Of a task: items that may be taken; absent: all, of which the first are. */
  readonly places?: readonly number[];
  /** How many are taken, from all over those that may be. */
  readonly items: number;
  /** Of each clip at most so many frames. */
  readonly frames: number;
  readonly seed: number;
  readonly threads: number;
}

const noTask: Pick<Task, 'batch' | 'state' | 'block'> = { batch: 1, state: [], block: 64 };

/** Inputs made up for a model; what is looked up in a table is one of its rows. */
export async function pseudoInputs({ path, inputs }: LoadedModel, count: number, seed: number): Promise<Dataset> {
  const counts = await rowCounts(path);
  return pseudoDataset(
    inputs.map((port) => ({ ...port, below: counts.get(port.name) })),
    count,
    seed,
  );
}

/** The first so many places. */
export function placesBelow(count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => place);
}

/** At most so many of some places, as far from each other as they can be. */
export function spreadOver(places: readonly number[], most: number): readonly number[] {
  if (most >= places.length) return places;
  return Array.from({ length: most }, (_, at) => places[Math.floor(((at + 0.5) * places.length) / most)] ?? 0);
}

/** Items of a task, or pseudo-inputs where there is none. */
export async function openInputs(
  { task: given, places, items, seed, frames }: ModelInputs,
  model: LoadedModel,
): Promise<
  Dataset & {
    readonly task: Pick<Task, 'batch' | 'state' | 'block'>;
    readonly places: readonly number[];
    /** How often the model will be asked, about. */
    readonly runs: number;
  }
> {
  const dataset = given ? await openDataset(given.task, given.folder) : await pseudoInputs(model, items, seed);
  const asked = places ? spreadOver(places, items) : placesBelow(Math.min(items, dataset.count));
  const task = given?.task ?? noTask;
  const first = await dataset.item(0);
  const each = Math.min(first.frames, frames);
  return {
    count: dataset.count,
    item: (place) => dataset.item(place),
    task,
    places: asked,
    runs: task.state.length > 0 || each > 1 ? asked.length * each : Math.ceil(asked.length / task.batch),
    [Symbol.asyncDispose]: () => dataset[Symbol.asyncDispose](),
  };
}
