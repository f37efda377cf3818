import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** What drives take at most as one name. */
const mostNameBytes = 255;

/** The start of a name that takes at most so many bytes as UTF-8; a character that would be cut in two is left out. */
export function cutName(name: string, most: number): string {
  const bytes = Buffer.from(name);
  return bytes.length <= most
    ? name
    : bytes
        .subarray(0, most)
        .toString()
        .replace(/\ufffd+$/, '');
}

/**
 * A path with something put behind its name. Where that would be a longer name than drives take, the end of the name gives way to a
 * few signs that tell it from others.
 */
export function withSuffix(path: string, suffix: string): string {
  const name = basename(path);
  if (Buffer.byteLength(name + suffix) <= mostNameBytes) return path + suffix;
  const sign = `~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  const start = cutName(name, mostNameBytes - sign.length - Buffer.byteLength(suffix));
  return path.slice(0, path.length - name.length) + start + sign + suffix;
}
