import type { JobRequest } from '../../../contract/jobs.ts';
import { beside, fileName } from '../../text/visible.ts';

/**
 * Restores, with bases that may be at `bases`, into a folder beside the archive, because the place that the archive's own names point to is mostly taken by
 * the original.
 */
export function restoreRequest(
  archive: string,
  files: readonly { readonly name: string }[],
  bases: readonly string[] = [],
): JobRequest {
  const separator = archive.includes('\\') ? '\\' : '/';
  const [only] = files.length === 1 ? files : [];
  const name = only === undefined ? fileName(archive).replace(/\.fwz$/i, '') : fileName(only.name);
  const output = beside(archive, `restored${separator}${name}`);
  return { command: 'restore', archive, output, ...withBases(bases) };
}

/** Checks an archive, with bases that may be at `bases`. */
export function verifyRequest(archive: string, bases: readonly string[] = []): JobRequest {
  return { command: 'verify', archive, ...withBases(bases) };
}

function withBases(bases: readonly string[]): { readonly bases?: string[] } {
  return bases.length === 0 ? {} : { bases: [...bases] };
}
