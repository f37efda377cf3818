import type { ByteSource } from '../io/source.ts';

const chunkBytes = 2 ** 20;

/** The bytes from `start` to `end` of a file, in order; each chunk is valid until the next is asked for. */
export async function* streamed(
  source: ByteSource,
  signal?: AbortSignal,
  start = 0,
  end = source.size,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(Math.min(chunkBytes, Math.max(0, end - start)));
  for (let at = start; at < end; at += chunkBytes) {
    signal?.throwIfAborted();
    const chunk = buffer.subarray(0, Math.min(chunkBytes, end - at));
    await source.read(at, chunk);
    yield chunk;
  }
}
