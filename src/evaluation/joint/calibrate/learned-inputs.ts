import { availableParallelism } from 'node:os';
import type { ModelInputs } from '../../inference/inputs.ts';
import { openDataset } from '../../inputs/dataset.ts';
import { openTask, type OpenTask } from '../../task/read.ts';

/** What is learned from. */
export interface LearningRequest {
  /** A task file; without one pseudo-inputs are taken. */
  readonly task?: string | undefined;
  readonly dataFolder?: string | undefined;
  /** The first so many items; all others can be measured on. */
  readonly calibrate?: number | undefined;
  /** How many items that are if nothing is said, at most. */
  readonly usually?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
}

/** Frames of each item that are looked at, and items that are calibrated on. */
const mostFrames = 1200;
const defaultItems = 32;
/** Of a task with few items, one in so many; the others are measured on. */
const learnedShare = 3;

/** The inputs that a model is learned from; the task that they are of, if any, and how many items that has. */
export async function learnedInputs({
  task: path,
  dataFolder,
  calibrate,
  usually = defaultItems,
  seed = 1,
  threads = availableParallelism(),
}: LearningRequest): Promise<{
  readonly inputs: ModelInputs;
  readonly task: OpenTask | undefined;
  readonly count: number | undefined;
}> {
  const task = path === undefined ? undefined : await openTask(path, dataFolder);
  const count = task && (await countItems(task));
  const given = task && { task: { task: task.task, folder: task.folder } };
  const items = itemsToLearn(calibrate, count, usually);
  return { inputs: { ...given, items, frames: mostFrames, seed, threads }, task, count };
}

async function countItems({ task, folder }: OpenTask): Promise<number> {
  await using dataset = await openDataset(task, folder);
  return dataset.count;
}

/** How many of a task's items are learned from: as many as asked, else few enough that most are left to measure on. */
export function itemsToLearn(asked: number | undefined, count = Infinity, usually = defaultItems): number {
  return Math.min(count, asked ?? Math.max(1, Math.min(usually, Math.floor(count / learnedShare))));
}
