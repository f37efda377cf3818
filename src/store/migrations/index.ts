import { runs } from './0001-runs.ts';

/** Every step from an empty file to the newest tables, in order of their numbers. */
export const migrations = { '0001-runs': runs } as const;
