import { basename } from 'node:path';
import { MalformedFileError } from '../errors.ts';
import { detectFormat, headBytes } from '../formats/catalog.ts';
import { onnx } from '../formats/onnx/index.ts';
import { FileSource } from '../io/file-source.ts';
import { limits } from '../limits.ts';

/**
 * The names of the files in which the file at `path` says that it keeps tensors, as it writes them; only ONNX has such.
 * Empty for a malformed file, whose fault its scan will tell.
 */
export async function companionsOf(path: string): Promise<readonly string[]> {
  await using source = await FileSource.open(path);
  const head = new Uint8Array(Math.min(headBytes, source.size));
  await source.read(0, head);
  if (detectFormat(head, basename(path)) !== onnx) return [];
  try {
    const { external = [] } = await onnx.scan(source, limits);
    const locations = new Set(external.map(({ location }) => location));
    if (locations.size > limits.modelFiles)
      throw new MalformedFileError(`"${path}" names more than ${limits.modelFiles} files.`, { file: path });
    return [...locations].sort();
  } catch (error) {
    if (error instanceof MalformedFileError) return [];
    throw error;
  }
}
