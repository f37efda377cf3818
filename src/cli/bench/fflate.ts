import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Deflate, Inflate } from 'fflate';

/** Deflates a file with fflate, streaming. */
export function deflateFile(input: string, output: string): Promise<void> {
  return pass(input, output, new Deflate({ level: 6 }));
}

/** The inverse of {@link deflateFile}. */
export function inflateFile(input: string, output: string): Promise<void> {
  return pass(input, output, new Inflate());
}

async function pass(input: string, output: string, coder: Deflate | Inflate): Promise<void> {
  await pipeline(
    createReadStream(input, { highWaterMark: 1 << 20 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      let ready: Uint8Array[] = [];
      coder.ondata = (bytes) => ready.push(bytes);
      const take = (): Uint8Array[] => {
        const taken = ready;
        ready = [];
        return taken;
      };
      for await (const chunk of chunks) {
        coder.push(chunk);
        yield* take();
      }
      coder.push(new Uint8Array(0), true);
      yield* take();
    },
    createWriteStream(output),
  );
}
