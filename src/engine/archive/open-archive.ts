import { Archive } from './archive.ts';
import { FileSource } from '../io/file-source.ts';

/** An archive file, open, with its checked index. */
export interface OpenArchive extends AsyncDisposable {
  readonly archive: Archive;
  readonly source: FileSource;
}

/** Opens an archive; its index may take at most `indexBytes` of memory. */
export async function openArchive(path: string, indexBytes: number): Promise<OpenArchive> {
  const source = await FileSource.open(path);
  try {
    const archive = await Archive.open(source, { indexBytes });
    return { archive, source, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}
