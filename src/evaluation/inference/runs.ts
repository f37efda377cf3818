import { UsageError } from '../../engine/errors.ts';
import type { Dataset, DatasetItem, Feed } from '../inputs/dataset.ts';
import type { Target } from '../inputs/targets.ts';
import { countOf, joined, zeros, type Values } from '../inputs/tensor.ts';
import type { Task } from '../task/schema.ts';
import { nameFeeds, type LoadedModel } from './session.ts';

/** One item's part of a run. */
export interface Part {
  readonly place: number;
  readonly item: DatasetItem;
  readonly frame: number;
  readonly target: Target | undefined;
  /** The resampling unit, and the item's first one. */
  readonly block: number;
  readonly firstBlock: number;
}

/** What a model is given at once. */
export interface Run {
  readonly parts: readonly Part[];
  readonly feeds: readonly Feed[];
  /** Whether recurrent state begins anew. */
  readonly isFirst: boolean;
  /** Items that are complete after this run. */
  readonly itemsDone: number;
}

/** Reads items one by one and tells what to run, in order: batches of equal shape, or the frames of a clip. */
export async function* runsOf(
  dataset: Dataset,
  { batch, state, block: framesInBlock }: Pick<Task, 'batch' | 'state' | 'block'>,
  places: Iterable<number>,
  mostFrames = Infinity,
): AsyncGenerator<Run, void, undefined> {
  const size = state.length > 0 ? 1 : batch;
  let waiting: { readonly part: Part; readonly feeds: readonly Feed[] }[] = [];
  let blocks = 0;
  let done = 0;
  const flush = function* (): Generator<Run> {
    if (waiting.length === 0) return;
    const parts = waiting.map(({ part }) => part);
    const feeds = (waiting[0]?.feeds ?? []).map((feed, input) =>
      feed.joins ? { ...feed, values: joined(waiting.flatMap((each) => each.feeds[input]?.values ?? [])) } : feed,
    );
    waiting = [];
    yield { parts, feeds, isFirst: true, itemsDone: (done += parts.length) };
  };
  for await (const { place, item } of itemsAhead(dataset, places)) {
    const frames = Math.min(item.frames, mostFrames);
    if (frames === 1 && size > 1) {
      const feeds = item.feeds(0);
      const fits = waiting.length < size && sameShapes(waiting[0]?.feeds, feeds);
      if (!fits) yield* flush();
      waiting.push({
        part: { place, item, frame: 0, target: item.target(0), block: blocks, firstBlock: blocks },
        feeds,
      });
      blocks++;
      if (waiting.length === size) yield* flush();
      continue;
    }
    yield* flush();
    for (let frame = 0; frame < frames; frame++) {
      if (frame === frames - 1) done++;
      const block = blocks + Math.floor(frame / framesInBlock);
      yield {
        parts: [{ place, item, frame, target: item.target(frame), block, firstBlock: blocks }],
        feeds: item.feeds(frame),
        isFirst: frame === 0,
        itemsDone: done,
      };
    }
    blocks += Math.max(1, Math.ceil(frames / framesInBlock));
  }
  yield* flush();
}

/** Items that are read, decoded and scaled by other threads while the model runs. */
const readAhead = 2;

interface PlacedItem {
  readonly place: number;
  readonly item: DatasetItem;
}

async function* itemsAhead(dataset: Dataset, places: Iterable<number>): AsyncGenerator<PlacedItem, void, undefined> {
  const waiting: Promise<PlacedItem>[] = [];
  let most = 1;
  try {
    for (const place of places) {
      const asked = dataset.item(place).then((item) => ({ place, item }));
      // Whoever waits for it is told; until then it is no failure of the process.
      asked.catch(() => undefined);
      waiting.push(asked);
      const next = waiting.length < most ? undefined : await waiting.shift();
      if (next === undefined) continue;
      // Clips may be long, so there is only one in memory.
      most = next.item.frames === 1 ? 1 + readAhead : 1;
      yield next;
    }
    for (const asked of waiting.splice(0)) yield await asked;
  } finally {
    // No file is closed while it is read.
    await Promise.allSettled(waiting);
  }
}

function sameShapes(one: readonly Feed[] | undefined, other: readonly Feed[]): boolean {
  return (
    one === undefined || one.every(({ values }, input) => String(values.shape) === String(other[input]?.values.shape))
  );
}

/** A model with the state that it carries from frame to frame. */
export class Runner {
  readonly model: LoadedModel;
  readonly #specs: Task['state'];
  #state = new Map<string, Values>();
  /** What the model was given last. */
  fed: ReadonlyMap<string, Values> = new Map();

  constructor(model: LoadedModel, state: Task['state']) {
    this.model = model;
    this.#specs = state;
  }

  /** The outputs of one run. Throws as the model does. */
  async run({ feeds, isFirst }: Run): Promise<ReadonlyMap<string, Values>> {
    if (isFirst)
      this.#state = new Map(
        this.#specs.map(({ input, shape, type }) => [input, { type, shape, data: zeros(type, countOf(shape)) }]),
      );
    this.fed = nameFeeds(this.model, feeds, this.#state);
    const outputs = await this.model.run(this.fed);
    this.remember(outputs);
    return outputs;
  }

  /** Takes the state for the next frame from outputs, whoever gave them. */
  remember(outputs: ReadonlyMap<string, Values>): void {
    for (const { input, output } of this.#specs) {
      const next = outputs.get(output);
      if (next === undefined)
        throw new UsageError(
          `"${this.model.path}" has no output "${output}", which the task feeds back; it has: ${[...outputs.keys()].join(', ')}.`,
        );
      this.#state.set(input, next);
    }
  }
}

/** One item's share of an output of a batch. Throws USAGE when the output has no batch axis. */
export function shareOf(output: Values, part: number, parts: number): Values {
  if (parts === 1) return output;
  const [batch, ...rest] = output.shape;
  if (batch !== parts)
    throw new UsageError(
      `An output has the shape [${output.shape.join(', ')}] for a batch of ${parts} items; the task must have "batch": 1.`,
    );
  const each = output.data.length / parts;
  return { type: output.type, shape: [1, ...rest], data: output.data.subarray(part * each, (part + 1) * each) };
}
