import { join } from 'node:path';
import { MalformedFileError } from '../errors.ts';
import { gguf } from '../formats/gguf/index.ts';
import { safetensors } from '../formats/safetensors/index.ts';
import { FileSource } from '../io/file-source.ts';
import { limits } from '../limits.ts';
import type { LoadTest } from './load-test.ts';
import type { Stage } from './stage.ts';

const readers = { safetensors, gguf } as const;

/** Reads new files with the reader that this program opens foreign files of their kind with. Throws where that finds a fault. */
export async function checkExport(kind: 'safetensors' | 'gguf', { folder, names }: Stage): Promise<LoadTest> {
  let count = 0;
  const files = names.filter((each) => each.endsWith(`.${kind}`));
  if (files.length === 0) return { reader: '', isLoaded: undefined, result: 'there is no reader for it at hand' };
  for (const name of files) {
    await using source = await FileSource.open(join(folder, name));
    const { tensors, notices } = await readers[kind].scan(source, limits);
    const [notice] = notices;
    if (notice !== undefined)
      throw new MalformedFileError(`The new file "${name}" is not as it should be: ${notice.message}`, { file: name });
    count += tensors.length;
  }
  return {
    reader: `this program's ${kind} reader`,
    isLoaded: true,
    result: `${count} tensors, each where it should be`,
  };
}
