import { basename } from 'node:path';
import { MalformedFileError } from '../errors.ts';
import { detectFormat, headBytes } from '../formats/catalog.ts';
import type { Format } from '../formats/format.ts';
import { onnx } from '../formats/onnx/index.ts';
import { tensorflow } from '../formats/tensorflow/index.ts';
import { tfjs } from '../formats/tfjs/index.ts';
import { FileSource } from '../io/file-source.ts';
import { limits } from '../limits.ts';

/** The formats that keep tensors in other files. */
const describing: readonly Format[] = [onnx, tensorflow, tfjs];

/**
 * The names of the files in which the file at `path` says that it keeps tensors, as it writes them.
 * Empty for a malformed file, whose fault its scan will tell.
 */
export async function companionsOf(path: string): Promise<readonly string[]> {
  await using source = await FileSource.open(path);
  const head = new Uint8Array(Math.min(headBytes, source.size));
  await source.read(0, head);
  const format = detectFormat(head, basename(path));
  if (!describing.includes(format)) return [];
  try {
    const { external = [] } = await format.scan(source, limits);
    const lists = new Set(external.map(({ continued }) => continued));
    const locations = new Set([
      ...external.map(({ location }) => location),
      ...[...lists].flatMap((list) => list ?? []),
    ]);
    if (locations.size > limits.modelFiles)
      throw new MalformedFileError(`"${path}" names more than ${limits.modelFiles} files.`, { file: path });
    return [...locations].sort();
  } catch (error) {
    if (error instanceof MalformedFileError) return [];
    throw error;
  }
}
