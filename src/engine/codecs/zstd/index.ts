import { z } from 'zod';
import { DamagedArchiveError, FeatherweightError } from '../../errors.ts';
import { defineCodec, type Preset } from '../codec.ts';
import { checkFrame } from './frame.ts';
import { hasNativeZstd, loadWasmZstd, nativeZstd, type ZstdImplementation } from './implementation.ts';
import { hasRepeats } from './kernel.ts';

const levels: Readonly<Record<Preset, number>> = { quick: 1, balanced: 6, smallest: 19 };

let implementation: ZstdImplementation | undefined = hasNativeZstd ? nativeZstd : undefined;

/** Makes zstd usable in this thread; needed once before any work, and instant where Node has zstd itself. */
export async function prepareZstd(): Promise<void> {
  implementation ??= await loadWasmZstd();
}

function prepared(): ZstdImplementation {
  if (implementation === undefined)
    throw new FeatherweightError('INTERNAL', 'zstd was used before prepareZstd() had finished in this thread.');
  return implementation;
}

/** Zstandard (RFC 8878): one frame over the stream's bytes. Good for text and for whatever repeats itself. */
export const zstd = defineCodec({
  id: 'zstd',
  title: 'Zstandard',
  summary: 'Finds repeated strings of bytes, as in text and tables.',
  wireId: 1,
  since: 1,
  options: z.strictObject({
    level: z
      .int()
      .min(1)
      .max(19)
      .default(6)
      .meta({ title: 'Level', description: 'Higher is smaller and slower to make.' }),
  }),
  headerGrows: true,
  accepts: () => true,
  propose({ sample, dtype, depth, preset }) {
    const isRaw = dtype === undefined && depth === 0;
    return isRaw || hasRepeats(sample.bytes) ? [{ level: levels[preset] }] : [];
  },
  decodeCost: () => 1.2,
  encode: (input, { level }) => ({ header: prepared().compress(input.bytes, level), streams: [] }),
  streamShapes: () => [],
  decode({ header }, output) {
    checkFrame(header, output.length);
    const bytes = decompress(header, output.length);
    if (bytes.length !== output.length)
      throw new DamagedArchiveError(`A zstd stream gave ${bytes.length} bytes; ${output.length} are expected.`, {
        found: bytes.length,
        expected: output.length,
      });
    return bytes;
  },
});

function decompress(frame: Uint8Array, byteLength: number): Uint8Array {
  const { decompress } = prepared();
  try {
    return decompress(frame, byteLength);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DamagedArchiveError(`A zstd stream of ${frame.length} bytes cannot be decoded: ${reason}`, {}, error);
  }
}
