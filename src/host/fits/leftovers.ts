import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fitJob, type FitJob } from '../../contract/fits.ts';
import { discardFit } from '../../evaluation/index.ts';

/**
 * A fit as it waits after the end of the program, which interrupted it or found it paused. Nothing where an older version wrote
 * another shape. Its revision is above those of earlier starts, so that windows which remember one take this for newer.
 */
export function waitingFit(stored: unknown): FitJob | undefined {
  const { success, data } = fitJob.safeParse(stored);
  if (!success) return undefined;
  return { ...atRest(data), state: data.state === 'paused' ? 'paused' : 'interrupted', revision: Date.now() };
}

/** A fit without what was only true while it worked. */
export function atRest({ id, revision, name, request, state, front, candidates }: FitJob): FitJob {
  return {
    ...{ id, revision, name, request, state, done: 0, total: 0 },
    ...(front && { front }),
    ...(candidates !== undefined && { candidates }),
  };
}

/** Where a size of a front is written before it is thrown away. */
export function frontPath(workFolder: string, id: string): string {
  return join(workFolder, `front-${id}.fwz`);
}

/** Removes what a fit that waits has left, as far as that is ours and can be removed; what was learned stays, as after each. */
export async function discardWaiting({ id, request }: FitJob, workFolder: string): Promise<void> {
  const { input, output, target } = request;
  const place = 'front' in target ? frontPath(workFolder, id) : output;
  // One that cannot be tidied up can be forgotten all the same.
  await discardFit({ input, output: place }).catch(() => undefined);
  if ('front' in target) await rm(frontPath(workFolder, id), { force: true });
}
