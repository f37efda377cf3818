import { createHash } from 'node:crypto';
import type { ByteSource } from './source.ts';
import { FileSource } from './file-source.ts';

const readBytes = 4 * 2 ** 20;

/** The sha256 of a run of bytes, in hex; by default of all. */
export async function digestOf(
  source: ByteSource,
  signal: AbortSignal,
  offset = 0,
  length = source.size,
): Promise<string> {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(Math.min(readBytes, length));
  for (let done = 0; done < length;) {
    signal.throwIfAborted();
    const part = bytes.subarray(0, Math.min(bytes.length, length - done));
    await source.read(offset + done, part);
    hash.update(part);
    done += part.length;
  }
  return hash.digest('hex');
}

/** The sha256 of a file, in hex. */
export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  await using source = await FileSource.open(path);
  return await digestOf(source, signal);
}
