import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/rans.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { type Codec, defineCodec, type Encoded, type Proposal, type Stream, type StreamShape } from '../codec.ts';
import { frequencyTable, normalize, weightsOf } from './frequencies.ts';
import { readHeader, writeHeader, type RansHeader } from './header.ts';
import { lanes, precision, type RansKernel } from './kernel.ts';
import { isSkewed } from './skew.ts';

type Options = Readonly<Record<string, never>>;

/** Kernels count bytes in 32 bits. */
const longestInput = 2 ** 28;
/** Below this a stream is not worth a header. */
const leastProposed = 512;
/** How finely weights may be told: few bits for short streams, more for long ones. */
const mantissaChoices = [1, 2, 3, 5] as const;

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createRans(kernelOf: (workspace: Workspace) => RansKernel): Codec<Options> {
  return defineCodec({
    id: 'rans',
    title: 'Asymmetric numerals',
    summary: 'Writes frequent bytes with few bits and rare ones with more, down to fractions of a bit.',
    wireId: 10,
    since: 1,
    options: z.strictObject({}),
    isFinal: true,

    accepts,
    propose: (proposal) => (isWorthTime(proposal) ? [{}] : []),
    decodeCost: () => 0.4,

    encode(input, options, workspace) {
      if (!accepts(input))
        throw new UnsupportedInputError(
          `rANS codes single bytes, up to ${longestInput}; this stream has ${input.bytes.length} of width ${input.width}.`,
          { width: input.width, length: input.bytes.length },
        );
      return encodeSymbols(kernelOf(workspace), input.bytes, workspace);
    },

    streamShapes: (header, output) => [{ length: readFor(header, output)?.streamLength ?? 0, width: 1 }],

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const coded = readFor(header, output);
      const bytes = streams[0]?.bytes;
      if (streams.length !== 1 || bytes?.length !== (coded?.streamLength ?? 0))
        throw new DamagedArchiveError(
          `rANS: streams of ${streams.map((stream) => stream.bytes.length).join(', ')} bytes; ` +
            `one of ${coded?.streamLength ?? 0} was expected.`,
        );
      if (coded === undefined) return target.fill(header[0] ?? 0);
      return decodeSymbols(kernelOf(workspace), coded, bytes, target, workspace);
    },
  });
}

function accepts({ bytes, width }: Stream): boolean {
  return width === 1 && bytes.length <= longestInput;
}

/** Where Huffman codes lose: elements that are bytes, by a per cent, and bytes of mostly one value, by much. */
function isWorthTime({ sample, dtype, preset }: Proposal): boolean {
  if (sample.width !== 1 || sample.bytes.length < leastProposed || preset === 'quick') return false;
  return preset === 'smallest' || dtype !== undefined || isSkewed(sample.bytes);
}

/** `undefined` for a stream of one symbol or none, which the header itself is. */
function readFor(header: Uint8Array, { length, width }: StreamShape): RansHeader | undefined {
  if (width !== 1 || length > longestInput)
    throw new DamagedArchiveError(`rANS: ${length} bytes of width ${width}; up to ${longestInput} of width 1 exist.`);
  return header.length === Math.min(1, length) ? undefined : readHeader(header, length);
}

function encodeSymbols(kernel: RansKernel, bytes: Uint8Array, workspace: Workspace): Encoded {
  const source = workspace.place(bytes);
  const table = workspace.allocate(1024);
  const words = new Uint32Array(table.buffer, table.byteOffset, 256);
  kernel.count(source.byteOffset, bytes.length, table.byteOffset);
  const counts = words.slice();
  if (counts.reduce((used, count) => used + (count > 0 ? 1 : 0), 0) < 2)
    return { header: bytes.slice(0, 1), streams: [{ bytes: workspace.allocate(0), width: 1 }] };
  const { weights, mantissaBits } = bestWeights(counts);
  words.set(frequencyTable(normalize(weights)));
  const start = workspace.mark();
  // The loop also writes two bytes before what it returns.
  const room = workspace.allocate(4 * lanes + 2 * bytes.length + 2);
  const end = room.byteOffset + room.length;
  const written = kernel.encode(source.byteOffset, bytes.length, table.byteOffset, end);
  workspace.release(start);
  const stream = workspace.allocate(written);
  workspace.bytes.copyWithin(stream.byteOffset, end - written, end);
  const header = writeHeader({ streamLength: written, weights }, mantissaBits);
  return { header, streams: [{ bytes: stream, width: 1 }] };
}

/** The weights that make header and stream shortest together. */
function bestWeights(counts: Uint32Array): { readonly weights: Uint16Array; readonly mantissaBits: number } {
  const choices = mantissaChoices.map((mantissaBits) => {
    const weights = weightsOf(counts, mantissaBits);
    const frequencies = normalize(weights);
    let bits = 8 * writeHeader({ streamLength: 0, weights }, mantissaBits).length;
    counts.forEach((count, symbol) => {
      if (count > 0) bits += count * (precision - Math.log2(frequencies[symbol] ?? 1));
    });
    return { weights, mantissaBits, bits };
  });
  return choices.reduce((best, choice) => (choice.bits < best.bits ? choice : best));
}

function decodeSymbols(
  kernel: RansKernel,
  { weights }: RansHeader,
  bytes: Uint8Array,
  target: Uint8Array,
  workspace: Workspace,
): Uint8Array {
  const source = workspace.place(bytes);
  const mark = workspace.mark();
  const frequencies = normalize(weights);
  const table = workspace.allocate(1024);
  new Uint32Array(table.buffer, table.byteOffset, 256).set(frequencyTable(frequencies));
  const symbols = workspace.allocate(2 ** precision);
  let slot = 0;
  frequencies.forEach((frequency, symbol) => symbols.fill(symbol, slot, (slot += frequency)));
  const status = kernel.decode(
    source.byteOffset,
    source.length,
    table.byteOffset,
    symbols.byteOffset,
    target.byteOffset,
    target.length,
  );
  workspace.release(mark);
  if (status !== 0) throw new DamagedArchiveError('rANS: the stream does not end where its last symbol does.');
  return target;
}

export const rans = createRans(({ memory }) => instantiate(code, memory) as unknown as RansKernel);
