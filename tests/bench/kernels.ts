/**
 * Speed of the hot codecs in memory, one thread, as a share of a plain copy measured in the same rounds. Run it with
 * `node tests/bench/kernels.ts [MiB] [rounds]`. Encoding takes a block from outside the workspace, counts exactly, builds
 * its tables and leaves the streams in the workspace. Decoding is timed twice: with the archive's bytes already in the
 * workspace, as a file is read ("decode"), and with copies into and out of it ("+copies").
 */
import { floatFields } from '../../src/engine/codecs/float-fields/index.ts';
import { huffman } from '../../src/engine/codecs/huffman/index.ts';
import type { Encoded, Width } from '../../src/engine/codecs/codec.ts';
import { Workspace } from '../../src/engine/kernels/workspace.ts';
import { blockBytes, weightBlocks, type Weights } from './weights.ts';

const megabytes = Number(process.argv[2] ?? 64);
const rounds = Number(process.argv[3] ?? 9);

interface Contest {
  readonly name: string;
  readonly weights: Weights;
  readonly width: Width;
  /** Absent: the bytes themselves are coded. */
  readonly residualBits?: number;
}

const contests: readonly Contest[] = [
  { name: 'BF16 r=7', weights: 'BF16', width: 2, residualBits: 7 },
  { name: 'BF16 r=6', weights: 'BF16', width: 2, residualBits: 6 },
  { name: 'BF16 r=5', weights: 'BF16', width: 2, residualBits: 5 },
  { name: 'F16 r=7', weights: 'F16', width: 2, residualBits: 7 },
  { name: 'F16 r=8', weights: 'F16', width: 2, residualBits: 8 },
  { name: 'F32 r=7', weights: 'F32', width: 4, residualBits: 7 },
  { name: 'U8', weights: 'U8', width: 1 },
];

/** Everything a decoder needs of one block. */
interface Packed {
  readonly fields: Encoded | undefined;
  readonly symbols: Encoded;
}

const workspace = new Workspace(8 * blockBytes);
const start = workspace.mark();
const output = Buffer.alloc(megabytes * blockBytes, 1);

function encode(block: Uint8Array, { width, residualBits }: Contest): Packed {
  const source = workspace.place(block);
  if (residualBits === undefined)
    return { fields: undefined, symbols: huffman.encode({ bytes: source, width: 1 }, {}, workspace) };
  const fields = floatFields.encode({ bytes: source, width }, { residualBits }, workspace);
  return { fields, symbols: huffman.encode(fields.streams[0]!, {}, workspace) };
}

function decode({ fields, symbols }: Packed, width: Width): Uint8Array {
  const shape = { length: blockBytes, width };
  if (fields === undefined) return huffman.decode(symbols, shape, workspace);
  const [symbolShape, ...rest] = floatFields.streamShapes(fields.header, shape);
  const bytes = huffman.decode(symbols, symbolShape!, workspace);
  const streams = rest.map(({ width }, index) => ({ bytes: fields.streams[index + 1]!.bytes, width }));
  return floatFields.decode({ header: fields.header, streams: [{ bytes, width: 1 }, ...streams] }, shape, workspace);
}

function mapStreams({ fields, symbols }: Packed, map: (bytes: Uint8Array) => Uint8Array): Packed {
  const mapped = ({ header, streams }: Encoded, skipped = 0): Encoded => ({
    header,
    streams: streams.map(({ bytes, width }, index) => ({
      bytes: index < skipped ? bytes.subarray(0, 0) : map(bytes),
      width,
    })),
  });
  return { fields: fields === undefined ? undefined : mapped(fields, 1), symbols: mapped(symbols) };
}

function sizeOf({ fields, symbols }: Packed): number {
  return [fields, symbols].reduce(
    (sum, part) =>
      sum +
      (part === undefined ? 0 : part.header.length + part.streams.reduce((all, { bytes }) => all + bytes.length, 0)),
    0,
  );
}

function run(contest: Contest): void {
  const blocks = weightBlocks(contest.weights, megabytes);
  const total = blocks.length * blockBytes;
  const packed = blocks.map((block) => {
    workspace.release(start);
    return mapStreams(encode(block, contest), (bytes) => bytes.slice());
  });
  const times = { copy: [] as number[], encode: [] as number[], decode: [] as number[], copies: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.copy.push(
      timed(() => {
        blocks.forEach((block, index) => block.copy(output, index * blockBytes));
      }),
    );
    times.encode.push(
      timed(() => {
        for (const block of blocks) {
          workspace.release(start);
          encode(block, contest);
        }
      }),
    );
    let decoding = 0;
    for (const [index, part] of packed.entries()) {
      workspace.release(start);
      const resident = mapStreams(part, (bytes) => workspace.place(bytes));
      let result: Uint8Array = output;
      decoding += timed(() => {
        result = decode(resident, contest.width);
      });
      if (round === 0 && Buffer.compare(result, blocks[index]!) !== 0)
        throw new Error(`${contest.name}: block ${index} differs.`);
    }
    times.decode.push(decoding);
    times.copies.push(
      timed(() => {
        packed.forEach((part, index) => {
          workspace.release(start);
          output.set(decode(part, contest.width), index * blockBytes);
        });
      }),
    );
  }
  const speed = (of: readonly number[]) => total / 1e6 / lowerQuartile(of);
  const share = (of: readonly number[]) => (speed(of) / speed(times.copy)).toFixed(3);
  const size = packed.reduce((sum, part) => sum + sizeOf(part), 0);
  console.log(
    [
      contest.name.padEnd(9),
      `copy ${speed(times.copy).toFixed(0).padStart(6)} MB/s`,
      `encode ${speed(times.encode).toFixed(0).padStart(5)} = ${share(times.encode)}`,
      `decode ${speed(times.decode).toFixed(0).padStart(5)} = ${share(times.decode)}`,
      `+copies ${speed(times.copies).toFixed(0).padStart(5)} = ${share(times.copies)}`,
      `size ${((100 * size) / total).toFixed(3)} %`,
    ].join('   '),
  );
}

/** Seconds by the clock: processor time is counted in ticks of some milliseconds, longer than a block takes. */
function timed(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
}

/** The round that a quarter is faster than: other programs only ever make one slower. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2]!;
}

for (const contest of contests) run(contest);
