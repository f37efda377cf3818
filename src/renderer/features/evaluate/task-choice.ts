import type { EvaluationRequest, TaskSummary } from '../../../contract/evaluations.ts';

/** What the models are asked: a bundled task by its path, a file of the person's own, or made-up inputs. */
export interface TaskChoice {
  readonly kind: 'bundled' | 'file' | 'none';
  /** Of the task file; empty with `none`. */
  readonly path: string;
  /** Where its data are; empty: beside the task file. */
  readonly dataFolder: string;
  /** At most so many items; nothing: all of them. */
  readonly limit: number | undefined;
  readonly layers: boolean;
}

/** The first bundled task whose data are there, else made-up inputs. */
export function firstChoice(tasks: readonly TaskSummary[]): TaskChoice {
  const bundled = tasks.find(({ hasData }) => hasData);
  return {
    ...(bundled === undefined ? { kind: 'none', path: '' } : { kind: 'bundled', path: bundled.path }),
    ...{ dataFolder: '', limit: undefined, layers: true },
  };
}

/** Why it cannot be started yet; nothing where it can. */
export function missingWords(original: string, candidates: readonly string[], task: TaskChoice): string | undefined {
  if (candidates.length === 0) return 'Choose a model to measure.';
  if (task.kind === 'file' && task.path === '') return 'Choose the task file.';
  if (task.kind === 'none' && original === '') return 'Without a task there must be an original to compare with.';
  return undefined;
}

/** One request for each candidate. */
export function toRequests(
  original: string,
  candidates: readonly string[],
  { kind, path, dataFolder, limit, layers }: TaskChoice,
): readonly EvaluationRequest[] {
  return candidates.map((model) => ({
    ...{ command: original === '' ? 'evaluate' : 'compare', model },
    ...(original === '' ? {} : { original, layers }),
    ...(kind === 'none' ? {} : { task: path }),
    ...(kind === 'none' || dataFolder === '' ? {} : { dataFolder }),
    ...(limit === undefined ? {} : { limit }),
  }));
}
