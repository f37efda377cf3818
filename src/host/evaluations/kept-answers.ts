import type { AnswerStore } from '../../evaluation/index.ts';
import { loadAnswers, saveAnswers } from '../../store/answers.ts';
import { openDatabase, type Database } from '../../store/database.ts';
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

/** The same for a shell that needs nothing else of the application. Throws where the file cannot be opened. */
export async function openKeptAnswers(path: string): Promise<AnswerStore & AsyncDisposable> {
  const database = await openDatabase(path, evaluationMigrations);
  return { ...answersIn(database), [Symbol.asyncDispose]: () => database.destroy() };
}
