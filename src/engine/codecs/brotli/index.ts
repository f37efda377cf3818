import zlib from 'node:zlib';
import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { defineCodec } from '../codec.ts';

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
/** The smallest; others find little more than zstd does. */
const best = 11;
/** 1 MiB, which is a block. */
const windowBits = 20;
/** Streams above it are text of megabytes, for which only `smallest` has the time. */
const smallBytes = 64 * 1024;

/** Brotli (RFC 7932): one stream over the bytes. It knows words of JSON and prose before it has seen any. */
export const brotli = defineCodec({
  id: 'brotli',
  title: 'Brotli',
  summary:
    'Finds repeated strings of bytes and models what follows what; best on configurations, vocabularies and prose.',
  wireId: 13,
  since: 1,
  options: z.strictObject({}),
  headerGrows: true,
  accepts: () => true,
  propose({ sample, dtype, depth, preset }) {
    const isText = dtype === undefined && depth === 0 && sample.width === 1;
    const hasTime = preset === 'smallest' || (preset === 'balanced' && sample.bytes.length < smallBytes);
    return isText && hasTime ? [{}] : [];
  },
  decodeCost: () => 2,
  encode: ({ bytes }) => ({
    header: zlib.brotliCompressSync(bytes, {
      params: {
        [BROTLI_PARAM_QUALITY]: best,
        [BROTLI_PARAM_LGWIN]: windowBits,
        [BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
    streams: [],
  }),
  streamShapes: () => [],
  decode({ header }, output) {
    const { bytes, used } = decompress(header, output.length);
    if (bytes.length !== output.length || used !== header.length)
      throw new DamagedArchiveError(
        `A brotli stream gave ${bytes.length} bytes from ${used}; ${output.length} from ${header.length} are expected.`,
        { found: bytes.length, expected: output.length },
      );
    return bytes;
  },
});

/** The bytes, at most `byteLength` of them, and how many of the stream they took. */
function decompress(stream: Uint8Array, byteLength: number): { readonly bytes: Uint8Array; readonly used: number } {
  try {
    const options = { maxOutputLength: Math.max(1, byteLength), info: true };
    // With `info` both come back, which the types do not tell.
    const { buffer, engine } = zlib.brotliDecompressSync(stream, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: buffer, used: engine.bytesWritten };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DamagedArchiveError(`A brotli stream of ${stream.length} bytes cannot be decoded: ${reason}`, {}, error);
  }
}
