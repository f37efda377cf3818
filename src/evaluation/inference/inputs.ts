import { openDataset, type Dataset } from '../inputs/dataset.ts';
import { pseudoDataset } from '../inputs/pseudo.ts';
import { rowCounts } from './row-counts.ts';
import type { LoadedModel } from './session.ts';
import type { Task } from '../task/schema.ts';

/** The inputs that a model is looked at with; plain data. */
export interface ModelInputs {
  readonly task?: { readonly task: Task; readonly folder: string };
  /** The first so many items, or so many from all over the task. */
  readonly items: number;
  readonly areSpread?: boolean;
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

/** The first items of a task, or pseudo-inputs where there is none. */
export async function openInputs(
  { task: given, items, areSpread, seed, frames }: ModelInputs,
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
  const count = Math.min(items, dataset.count);
  const task = given?.task ?? noTask;
  const first = await dataset.item(0);
  const each = Math.min(first.frames, frames);
  return {
    count: dataset.count,
    item: (place) => dataset.item(place),
    task,
    places: Array.from({ length: count }, (_, place) =>
      areSpread ? Math.floor(((place + 0.5) * dataset.count) / count) : place,
    ),
    runs: task.state.length > 0 || each > 1 ? count * each : Math.ceil(count / task.batch),
    [Symbol.asyncDispose]: () => dataset[Symbol.asyncDispose](),
  };
}
