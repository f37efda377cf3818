import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/huffman.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { type Codec, defineCodec, type Encoded, type Stream, type StreamShape } from '../codec.ts';
import { canonicalCodes } from './canonical.ts';
import { codeLengths } from './code-lengths.ts';
import { type HuffmanHeader, readHeader, sizesLength, writeHeader } from './header.ts';
import type { HuffmanKernel } from './kernel.ts';

export { estimateBytes } from './estimate.ts';

type Options = Readonly<Record<string, never>>;

/** Kernels keep positions as 32-bit numbers of bits. */
const longestInput = 2 ** 28;
/** Below this a stream is not worth a header. */
const leastProposed = 16;

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createHuffman(kernelOf: (workspace: Workspace) => HuffmanKernel): Codec<Options> {
  return defineCodec({
    id: 'huffman',
    title: 'Huffman',
    summary: 'Writes frequent bytes with few bits and rare ones with more.',
    wireId: 2,
    since: 1,
    options: z.strictObject({}),
    isFinal: true,

    accepts,
    propose: ({ sample }) => (sample.width === 1 && sample.bytes.length >= leastProposed ? [{}] : []),
    decodeCost: () => 0.25,

    encode(input, options, workspace) {
      if (!accepts(input))
        throw new UnsupportedInputError(
          `Huffman codes single bytes, up to ${longestInput}; this stream has ${input.bytes.length} of width ${input.width}.`,
          { width: input.width, length: input.bytes.length },
        );
      return encodeSymbols(kernelOf(workspace), input.bytes, workspace);
    },

    streamShapes: (header, output) => [{ length: streamLength(readFor(header, output)), width: 1 }],

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const what = readFor(header, output);
      const bytes = streams[0]?.bytes;
      if (streams.length !== 1 || bytes?.length !== streamLength(what))
        throw new DamagedArchiveError(
          `Huffman: streams of ${streams.map((stream) => stream.bytes.length).join(', ')} bytes; ` +
            `one of ${streamLength(what)} was expected.`,
        );
      if (what.kind === 'coded') return decodeSymbols(kernelOf(workspace), what.lengths, bytes, target, workspace);
      return what.kind === 'single' ? target.fill(what.symbol) : target;
    },
  });
}

function accepts({ bytes, width }: Stream): boolean {
  return width === 1 && bytes.length <= longestInput;
}

function readFor(header: Uint8Array, { length, width }: StreamShape): HuffmanHeader {
  if (width !== 1 || length > longestInput)
    throw new DamagedArchiveError(
      `Huffman: ${length} bytes of width ${width}; up to ${longestInput} of width 1 exist.`,
    );
  return readHeader(header, length);
}

function streamLength(header: HuffmanHeader): number {
  return header.kind === 'coded' ? header.streamLength : 0;
}

function encodeSymbols(kernel: HuffmanKernel, bytes: Uint8Array, workspace: Workspace): Encoded {
  const source = workspace.place(bytes);
  const counts = countSymbols(kernel, source, workspace);
  const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  if (used < 2) {
    const empty = workspace.allocate(0);
    return { header: bytes.slice(0, used), streams: [{ bytes: empty, width: 1 }] };
  }
  const lengths = codeLengths(counts);
  const bits = lengths.reduce((sum, length, symbol) => sum + length * (counts[symbol] ?? 0), 0);
  const sizes = sizesLength(bytes.length);
  const start = workspace.mark();
  const target = workspace.allocate(sizes + Math.ceil(bits / 8) + sizes / 2);
  const codes = workspace.allocate(1024);
  new Uint32Array(codes.buffer, codes.byteOffset, 256).set(canonicalCodes(lengths));
  const written = kernel.encode(
    source.byteOffset,
    bytes.length,
    codes.byteOffset,
    used,
    sizes === 0 ? 0 : target.byteOffset,
    target.byteOffset + sizes,
  );
  workspace.release(start);
  const stream = workspace.allocate(sizes + written);
  return { header: writeHeader(lengths, stream.length, bytes.length), streams: [{ bytes: stream, width: 1 }] };
}

function countSymbols(kernel: HuffmanKernel, source: Uint8Array, workspace: Workspace): Uint32Array {
  const mark = workspace.mark();
  const counts = workspace.allocate(1024);
  kernel.count(source.byteOffset, source.length, counts.byteOffset);
  const result = new Uint32Array(counts.slice().buffer);
  workspace.release(mark);
  return result;
}

function decodeSymbols(
  kernel: HuffmanKernel,
  lengths: Uint8Array,
  bytes: Uint8Array,
  target: Uint8Array,
  workspace: Workspace,
): Uint8Array {
  const { length } = target;
  const source = workspace.place(bytes);
  const sizes = sizesLength(length);
  let total = sizes;
  for (let at = 0; at < sizes; at += 2) total += (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
  if (sizes > 0 && total !== source.length)
    throw new DamagedArchiveError(`Huffman: the parts add up to ${total} bytes; there are ${source.length}.`);
  const mark = workspace.mark();
  const table = workspace.allocate(256);
  table.set(lengths);
  const status = kernel.decode(
    source.byteOffset + sizes,
    source.length - sizes,
    sizes === 0 ? 0 : source.byteOffset,
    table.byteOffset,
    target.byteOffset,
    length,
  );
  workspace.release(mark);
  if (status !== 0)
    throw new DamagedArchiveError('Huffman: a part of the stream does not end where its last symbol does.');
  return target;
}

export const huffman = createHuffman(({ memory }) => instantiate(code, memory) as unknown as HuffmanKernel);
