import type { AnswerStore } from '../../evaluation/index.ts';
import { loadAnswers, saveAnswers } from '../../store/answers.ts';
import { openOrBegin, type Database } from '../../store/database.ts';
import { evaluationMigrations } from '../../store/migrations/index.ts';

/** Where the application keeps evaluations and what originals answered, in its data folder. */
export const evaluationsFile = 'evaluations.db';

/** What originals answered, in an open database. */
export function answersIn(database: Database): AnswerStore {
  return {
    load: (key) => loadAnswers(database, key),
    save: (key, content) => saveAnswers(database, key, content),
  };
}

/** The same for a shell that needs nothing else of the application. Throws where the file cannot be opened, but for a damaged one. */
export async function openKeptAnswers(
  path: string,
  warn: (message: string) => void,
): Promise<AnswerStore & AsyncDisposable> {
  const database = await openOrBegin(path, evaluationMigrations, warn);
  return { ...answersIn(database), [Symbol.asyncDispose]: () => database.destroy() };
}
