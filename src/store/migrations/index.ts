import { runs } from './0001-runs.ts';
import { tensors } from './0002-tensors.ts';
import { jobs } from './0003-jobs.ts';
import { originals } from './0004-originals.ts';
import { evaluations } from './0005-evaluations.ts';
import { exports } from './0006-exports.ts';
import { losses } from './0007-losses.ts';
import { candidates } from './0008-candidates.ts';
import { zoo } from './0009-zoo.ts';
import { leanings } from './0010-leanings.ts';
import { fits } from './0011-fits.ts';

/** Every step from an empty file to the newest tables, in order of their numbers. */
export const migrations = {
  '0001-runs': runs,
  '0002-tensors': tensors,
  '0003-jobs': jobs,
  '0004-originals': originals,
  '0006-exports': exports,
  '0007-losses': losses,
  '0008-candidates': candidates,
  '0009-zoo': zoo,
  '0010-leanings': leanings,
  '0011-fits': fits,
} as const;

/** The same for the file of evaluations. */
export const evaluationMigrations = { '0005-evaluations': evaluations } as const;
