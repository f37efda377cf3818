import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/huffman.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { type Codec, defineCodec, type Encoded, type Stream, type StreamShape } from '../codec.ts';
import { canonicalCodes } from './canonical.ts';
import { type CodedHeader, type HuffmanHeader, readHeader, sizesLength, subBlock, writeHeader } from './header.ts';
import type { HuffmanKernel } from './kernel.ts';
import { chooseTables, codeBits, usedIn } from './tables.ts';

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
      if (what.kind === 'coded') return decodeSymbols(kernelOf(workspace), what, bytes, target, workspace);
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
  const chosen = chooseTables(countSubBlocks(kernel, source, workspace));
  if (chosen === undefined) return { header: bytes.slice(0, 1), streams: [{ bytes: workspace.allocate(0), width: 1 }] };
  const sizes = sizesLength(bytes.length);
  const start = workspace.mark();
  const target = workspace.allocate(sizes + Math.ceil(codeBits(chosen) / 8) + sizes / 2);
  const codes = workspace.allocate(1024);
  let written = sizes;
  for (const { lengths, from, length } of runsOf(chosen, bytes.length)) {
    new Uint32Array(codes.buffer, codes.byteOffset, 256).set(canonicalCodes(lengths));
    written += kernel.encode(
      source.byteOffset + from,
      length,
      codes.byteOffset,
      usedIn(lengths),
      sizes === 0 ? 0 : target.byteOffset + sizesLength(from),
      target.byteOffset + written,
    );
  }
  workspace.release(start);
  const stream = workspace.allocate(written);
  return {
    header: writeHeader({ ...chosen, streamLength: written }, bytes.length),
    streams: [{ bytes: stream, width: 1 }],
  };
}

/** The runs of symbols that have a table each. */
function runsOf({ share, tables }: Pick<CodedHeader, 'share' | 'tables'>, symbols: number) {
  const step = share === 0 ? symbols : share * subBlock;
  return tables.map((lengths, table) => {
    const from = table * step;
    return { lengths, from, length: Math.min(step, symbols - from) };
  });
}

function countSubBlocks(kernel: HuffmanKernel, source: Uint8Array, workspace: Workspace): readonly Uint32Array[] {
  const mark = workspace.mark();
  const counts = workspace.allocate(1024 * Math.ceil(source.length / subBlock));
  kernel.count(source.byteOffset, source.length, counts.byteOffset);
  const found = new Uint32Array(counts.slice().buffer);
  workspace.release(mark);
  return Array.from({ length: found.length / 256 }, (_, block) => found.subarray(256 * block, 256 * (block + 1)));
}

function decodeSymbols(
  kernel: HuffmanKernel,
  header: CodedHeader,
  bytes: Uint8Array,
  target: Uint8Array,
  workspace: Workspace,
): Uint8Array {
  const source = workspace.place(bytes);
  const sizes = sizesLength(target.length);
  const total = sizes + sumOfSizes(source.subarray(0, sizes));
  if (sizes > 0 && total !== source.length)
    throw new DamagedArchiveError(`Huffman: the parts add up to ${total} bytes; there are ${source.length}.`);
  const mark = workspace.mark();
  const table = workspace.allocate(256);
  let at = sizes;
  let status = 0;
  for (const { lengths, from, length } of runsOf(header, target.length)) {
    table.set(lengths);
    const first = sizesLength(from);
    status |= kernel.decode(
      source.byteOffset + at,
      source.length - at,
      sizes === 0 ? 0 : source.byteOffset + first,
      table.byteOffset,
      target.byteOffset + from,
      length,
    );
    at += sumOfSizes(source.subarray(first, sizesLength(from + length)));
  }
  workspace.release(mark);
  if (status !== 0)
    throw new DamagedArchiveError('Huffman: a part of the stream does not end where its last symbol does.');
  return target;
}

/** The sum of 16-bit numbers. */
function sumOfSizes(sizes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < sizes.length; at += 2) sum += (sizes[at] ?? 0) | ((sizes[at + 1] ?? 0) << 8);
  return sum;
}

export const huffman = createHuffman(({ memory }) => instantiate(code, memory) as unknown as HuffmanKernel);
