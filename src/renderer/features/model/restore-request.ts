import type { JobRequest } from '../../../contract/jobs.ts';
import { beside, fileName } from '../../text/visible.ts';

/**
 * Restores into a folder beside the archive, because the place that the archive's own names point to is mostly taken by
 * the original.
 */
export function restoreRequest(archive: string, files: readonly { readonly name: string }[]): JobRequest {
  const separator = archive.includes('\\') ? '\\' : '/';
  const [only] = files.length === 1 ? files : [];
  const name = only === undefined ? fileName(archive).replace(/\.fwz$/i, '') : fileName(only.name);
  return { command: 'restore', archive, output: beside(archive, `restored${separator}${name}`) };
}
