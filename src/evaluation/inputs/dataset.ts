import { UsageError } from '../../engine/errors.ts';
import type { InputSpec, Task } from '../task/schema.ts';
import { openArrays } from './arrays.ts';
import { openAudio } from './audio.ts';
import { constantValues } from './constant.ts';
import { openImages } from './images.ts';
import type { ItemSource, SourceItem } from './source.ts';
import { openTargets, type Target } from './targets.ts';
import type { Values } from './tensor.ts';
import { readTokenTexts } from './token-texts.ts';
import { openTokens } from './tokens.ts';

/** The tensor of one model input; without a name it is the input at its place. */
export interface Feed {
  readonly name: string | undefined;
  readonly place: number;
  readonly values: Values;
  /** Whether items can be joined along its first axis. */
  readonly joins: boolean;
}

/** One item with all its inputs and its target. */
export interface DatasetItem {
  readonly name: string;
  readonly frames: number;
  feeds(frame: number): readonly Feed[];
  target(frame: number): Target | undefined;
  readonly preview: SourceItem['preview'];
}

/** Everything that a model is asked, read item by item. */
export interface Dataset extends AsyncDisposable {
  readonly count: number;
  /** What each item takes in memory, where that is known before. */
  readonly itemBytes?: number;
  /** Whether items that follow each other share inputs. */
  readonly doOverlap?: boolean;
  item(place: number): Promise<DatasetItem>;
}

/** Opens the inputs and targets of a task; throws USAGE when their counts do not agree. */
export async function openDataset(task: Task, folder: string): Promise<Dataset> {
  await using opened = new AsyncDisposableStack();
  const sources: { readonly spec: InputSpec; readonly place: number; readonly source: ItemSource }[] = [];
  const constants: Feed[] = [];
  for (const [place, spec] of task.inputs.entries()) {
    if (spec.from === 'constant')
      constants.push({ name: spec.name, place, values: constantValues(spec), joins: false });
    else sources.push({ spec, place, source: opened.use(await openSource(spec, folder, task)) });
  }
  const [first] = sources;
  if (first === undefined) throw new UsageError('The task has only constant inputs, so there is nothing to ask.');
  const counts = sources.map(({ source }) => source.count);
  if (new Set(counts).size > 1)
    throw new UsageError(`The inputs of the task have different numbers of items: ${counts.join(', ')}.`);
  if (first.source.count === 0) throw new UsageError('The inputs of the task have no items.');
  const targets = opened.use(await openTargets(task.target, folder));
  const itemBytes = sources.reduce((sum, { source }) => sum + (source.itemBytes ?? NaN), 0);
  const keep = opened.move();
  return {
    count: first.source.count,
    ...(itemBytes > 0 && { itemBytes }),
    doOverlap: sources.some(({ source }) => source.doOverlap),
    async item(place) {
      const items = await Promise.all(
        sources.map(async ({ spec, place: input, source }) => ({
          name: spec.name,
          input,
          item: await source.item(place),
        })),
      );
      const main = items[0]?.item;
      if (main === undefined) throw new UsageError('The task has no inputs.');
      const target = await targets.of(place, main);
      return {
        name: main.name,
        frames: main.frames,
        feeds: (frame) => [
          ...items.map(({ name, input, item }) => ({ name, place: input, values: item.frame(frame), joins: true })),
          ...constants,
        ],
        target,
        preview: main.preview,
      };
    },
    [Symbol.asyncDispose]: () => keep.disposeAsync(),
  };
}

async function openSource(
  spec: Exclude<InputSpec, { from: 'constant' }>,
  folder: string,
  { unit, metrics }: Task,
): Promise<ItemSource> {
  switch (spec.from) {
    case 'arrays':
      return openArrays(spec, folder, unit);
    case 'images':
      return openImages(spec, folder);
    case 'audio':
      return openAudio(spec, folder, unit);
    case 'tokens':
      return openTokens(spec, folder, unit, await readTokenTexts(metrics, folder));
  }
}
