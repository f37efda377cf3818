import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fitJob, type FitJob } from '../../contract/fits.ts';
import { discardFit } from '../../evaluation/index.ts';

/**
 * A fit as it waits after the end of the program that interrupted it. Nothing where an older version wrote another shape. Its revision is
 * above those of earlier starts, so that windows which remember one take this for newer.
 */
export function interruptedFit(stored: unknown): FitJob | undefined {
  const { success, data } = fitJob.safeParse(stored);
  if (!success) return undefined;
  const { id, name, request } = data;
  return { id, name, request, state: 'interrupted', revision: Date.now(), done: 0, total: 0 };
}

/** Where a size of a front is written before it is thrown away. */
export function frontPath(workFolder: string, id: string): string {
  return join(workFolder, `front-${id}.fwz`);
}

/** Removes what an interrupted fit has left, as far as that is ours and can be removed; what was learned of the model stays, as after each. */
export async function discardInterrupted({ id, request }: FitJob, workFolder: string): Promise<void> {
  const { input, output, target } = request;
  const place = 'front' in target ? frontPath(workFolder, id) : output;
  // One that cannot be tidied up can be forgotten all the same.
  await discardFit({ input, output: place }).catch(() => undefined);
  if ('front' in target) await rm(frontPath(workFolder, id), { force: true });
}
