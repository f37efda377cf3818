import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The model corpus: a folder of real models, given by FEATHERWEIGHT_MODELS or found beside the repository. */
export const modelCorpus = process.env['FEATHERWEIGHT_MODELS'] ?? join(import.meta.dirname, '../../../shared/models');

/** Whether there is one; tests that need it are skipped visibly where there is none. */
export const hasModelCorpus = existsSync(modelCorpus);

/** The absolute path of a file or folder of the corpus. */
export function corpusPath(...parts: readonly string[]): string {
  return join(modelCorpus, ...parts);
}
