import { availableParallelism } from 'node:os';
import { UsageError } from '../../../engine/errors.ts';
import { placesBelow, spreadOver, type ModelInputs } from '../../inference/inputs.ts';
import { openDataset } from '../../inputs/dataset.ts';
import { openTask, type OpenTask } from '../../task/read.ts';

/** What is learned from. */
export interface LearningRequest {
  /** A task file; without one pseudo-inputs are taken. */
  readonly task?: string | undefined;
  readonly dataFolder?: string | undefined;
  /** So many items, from all over the task or the part of it that it names for that; all others can be measured on. */
  readonly calibrate?: number | undefined;
  /** How many items that are at most, if neither this nor the task says it. */
  readonly usually?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
}

/** Frames of each item that are looked at, and items that are calibrated on. */
const mostFrames = 1200;
const defaultItems = 32;
/** Of a task with few items, one in so many; the others are measured on. */
const learnedShare = 3;

/** The inputs that a model is learned from, and what of their task is left. */
export interface LearnedInputs {
  readonly inputs: ModelInputs;
  readonly task: OpenTask | undefined;
  /** Items of the task that are not learned from, in order; none without a task. */
  readonly rest: readonly number[];
  /** Whether items that follow each other share inputs, so that those at hand should not be parted. */
  readonly doOverlap: boolean;
}

/**
 * Chooses the items that a model is learned from. Throws USAGE where more are asked for than the task names for that.
 */
export async function learnedInputs({
  task: path,
  dataFolder,
  calibrate,
  usually = defaultItems,
  seed = 1,
  threads = availableParallelism(),
}: LearningRequest): Promise<LearnedInputs> {
  const common = { frames: mostFrames, seed, threads };
  if (path === undefined)
    return {
      inputs: { ...common, items: itemsToLearn(calibrate, undefined, usually) },
      ...{ task: undefined, rest: [], doOverlap: false },
    };
  const open = await openTask(path, dataFolder);
  const { task, folder } = open;
  await using dataset = await openDataset(task, folder);
  const { count, doOverlap = false } = dataset;
  const named = task.learnFrom?.first;
  if (calibrate !== undefined && named !== undefined && calibrate > named)
    throw new UsageError(
      `The task names its first ${named} items to learn from; ${calibrate} were asked for. All others are measured on.`,
      { calibrate, allowed: named },
    );
  const part = Math.min(count, named ?? count);
  const items = named === undefined ? itemsToLearn(calibrate, count, usually) : Math.min(part, calibrate ?? part);
  // Where items are in the order of their classes, the first of them say nothing of the others.
  const places = doOverlap ? placesBelow(items) : spreadOver(placesBelow(part), items);
  const learned = new Set(places);
  return {
    inputs: { ...common, task: { task, folder }, items, places },
    ...{ task: open, doOverlap },
    rest: placesBelow(count).filter((place) => !learned.has(place)),
  };
}

/** How many of a task's items are learned from: as many as asked, else few enough that most are left to measure on. */
export function itemsToLearn(asked: number | undefined, count = Infinity, usually = defaultItems): number {
  return Math.min(count, asked ?? Math.max(1, Math.min(usually, Math.floor(count / learnedShare))));
}

/** Throws USAGE where the task does not measure the metric in which a drop is to be kept: the named one, or any. */
export function requireMetric({ task }: LearnedInputs, name: string | undefined): void {
  const measured = task?.task.metrics.map(({ metric }) => metric) ?? [];
  if (name === undefined ? measured.length > 0 : measured.some((metric) => metric === name)) return;
  throw new UsageError(
    `A drop can be kept only in a metric that the task measures${name === undefined ? '' : `, not in "${name}"`}; it has ${measured.join(', ') || 'none'}.`,
    { allowed: measured.join(', ') },
  );
}
