import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds what was shipped beside the program, such as `out/renderer` or `samples/digits.safetensors`, by looking in each
 * folder above this file: a bundle lies deeper or less deep than the source it was made from.
 */
export function bundledFile(path: string): string | undefined {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, path);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
