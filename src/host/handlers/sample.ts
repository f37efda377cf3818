import { randomUUID } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HostError } from '../../contract/errors.ts';
import type { Handlers } from './handlers.ts';

/**
 * Copies the bundled model into a new folder of the application's own, since the place it is bundled in may be read-only
 * and each try should start without the last one's archive.
 */
export function sampleHandlers(sample: string | undefined, workFolder: string): Handlers<'sample.open'> {
  return {
    'sample.open': async () => {
      if (sample === undefined)
        throw new HostError({ code: 'NOT_FOUND', message: 'No sample came with this program.' });
      const folder = join(workFolder, `sample-${randomUUID().slice(0, 8)}`);
      await mkdir(folder, { recursive: true });
      const path = join(folder, basename(sample));
      await copyFile(sample, path);
      return { path };
    },
  };
}
