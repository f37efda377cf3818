import { runs } from './0001-runs.ts';
import { evaluations } from './0005-evaluations.ts';

/** Every step from an empty file to the newest tables, in order of their numbers. */
export const migrations = { '0001-runs': runs } as const;

/** The same for the file of evaluations. */
export const evaluationMigrations = { '0005-evaluations': evaluations } as const;
