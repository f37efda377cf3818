import type { NoiseFloor } from '../figures.ts';
import { OutputComparison } from '../compare/outputs.ts';
import type { Dataset } from '../inputs/dataset.ts';
import type { Task } from '../task/schema.ts';
import { Runner, runsOf } from './runs.ts';
import { loadModel, type LoadedModel } from './session.ts';

interface NoiseRequest {
  readonly path: string;
  readonly model: LoadedModel;
  readonly dataset: Dataset;
  readonly task: Pick<Task, 'batch' | 'state' | 'block'>;
  readonly count: number;
  readonly threads: number;
  readonly seed: number;
}

/** One item in a hundred: enough to see noise, which is in every item or in none, and little of the whole time. */
const share = 1 / 100;
const mostItems = 8;
const mostFrames = 128;

/** Runs the first few items thrice. */
export async function noiseFloor(
  { path, model, dataset, task, count, threads, seed }: NoiseRequest,
  onProgress: (done: number, total: number) => void,
): Promise<NoiseFloor> {
  const items = Math.min(count, mostItems, Math.ceil(count * share));
  const others = threads === 1 ? 2 : 1;
  await using twin = await loadModel(path, others);
  const first = new Runner(model, task.state);
  const again = new Runner(model, task.state);
  const other = new Runner(twin, task.state);
  const repeated: OutputComparison[] = [];
  const otherThreads: OutputComparison[] = [];
  const batch = Math.min(task.batch, items);
  const places = Array.from({ length: items }, (_, place) => place);
  for await (const run of runsOf(dataset, { ...task, batch }, places, mostFrames)) {
    const outputs = await first.run(run);
    for (const [runner, comparisons] of [[again, repeated] as const, [other, otherThreads] as const]) {
      const twins = [...(await runner.run(run)).values()];
      for (const [place, [name, values]] of [...outputs].entries()) {
        const comparison = (comparisons[place] ??= new OutputComparison(name, false));
        const same = twins[place];
        if (same !== undefined) comparison.add(values, same, 0);
      }
    }
    onProgress(run.itemsDone, items);
  }
  return {
    items,
    repeated: repeated.map((comparison) => comparison.report(seed)),
    otherThreads: otherThreads.map((comparison) => comparison.report(seed)),
    threads: [threads, others],
  };
}
