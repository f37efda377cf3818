import type { Archive } from '../../archive/archive.ts';
import { DifferentError } from '../../errors.ts';
import { digestOf } from '../../io/file-digest.ts';
import { openInputs, type InputFile } from '../../models/inputs.ts';

const mostNamed = 5;

/**
 * Compares the original with what an archive restores to, by sha256 of every file. Throws {@link DifferentError} that names
 * the first differing tensors. `source` where it is what the archive's weights were approximated of.
 */
export async function compareWithOriginal(
  archive: Archive,
  path: string,
  headerBytes: number,
  signal: AbortSignal,
): Promise<'original' | 'source'> {
  let result: 'original' | 'source' = 'original';
  await using inputs = await openInputs(path, headerBytes, 1);
  const [only] = inputs.files;
  for (const [number, file] of archive.files.entries()) {
    // One file may have been renamed since; several are told apart by name.
    const original = archive.files.length === 1 ? only : inputs.files.find(({ name }) => name === file.name);
    if (!original)
      throw new DifferentError(`"${file.name}" is in the archive but not in "${path}".`, { name: file.name, path });
    const { source } = original;
    const found = await digestOf(source, signal);
    if (found === file.sha256) continue;
    if (found === archive.approximation?.sources[number]) {
      result = 'source';
      continue;
    }
    const sizes = source.size === file.bytes ? '' : ` It has ${source.size} bytes, the archived file ${file.bytes}.`;
    throw new DifferentError(
      `"${source.name}" differs from what the archive restores: sha256 ${found}, archived ${file.sha256}.${sizes}${await nameDifferences(archive, number, original, signal)}`,
      { path: source.name, found, expected: file.sha256 },
    );
  }
  return result;
}

async function nameDifferences(
  archive: Archive,
  file: number,
  { source }: InputFile,
  signal: AbortSignal,
): Promise<string> {
  const tensors = archive.tensors.filter((tensor) => tensor.file === file);
  const different: string[] = [];
  for (const { name, offset, byteLength, sha256 } of tensors) {
    if (offset + byteLength > source.size || !(await digestOf(source, signal, offset, byteLength)).startsWith(sha256))
      different.push(name);
  }
  if (tensors.length === 0) return '';
  if (different.length === 0) return ' All tensors are equal; the difference is in the bytes around them.';
  const more = different.length > mostNamed ? ' …' : '';
  return ` ${different.length} of ${tensors.length} tensors differ: ${different.slice(0, mostNamed).join(', ')}${more}`;
}
