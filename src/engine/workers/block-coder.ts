import { crc32 } from 'node:zlib';
import { decodeTree, describeNode, describeTree, encodeTree } from '../codecs/graph.ts';
import { codecByWireId } from '../codecs/catalog.ts';
import type { CodecNode, Preset, Stream, StreamShape } from '../codecs/codec.ts';
import { readFully, writeFully } from '../io/descriptor.ts';
import { Workspace } from '../kernels/workspace.ts';
import { excerptBytes } from '../pipeline/matches.ts';
import { sampleUnit } from '../pipeline/sample.ts';
import {
  approximatePiece,
  parametersOf,
  planParts,
  type PieceApproximation,
  type TensorApproximation,
} from '../quantizers/approximate.ts';
import { decoderByWireId, quantizerById } from '../quantizers/catalog.ts';
import { allocateFloats } from '../quantizers/frame.ts';
import type { Part } from '../quantizers/quantizer.ts';
import { measurePiece, type TensorStatistics } from '../quantizers/statistics.ts';
import { decodeFloats, floatWidth } from '../tensor/floats.ts';
import { coderBytes, mostBatchBlocks } from './coder-size.ts';
import { requireChecksum, requireEqual } from './block-checks.ts';
import { planBlock, planSample, type Trials } from './plan-block.ts';
import { lookAtSample, type SampleLook } from './sample-look.ts';
import { tryOnSample, type TrialResult } from './sample-trial.ts';
import { cachedBytes, reader, writeSparsely } from './transfer.ts';
import type { BlockShape, CodedBlock, FileRange, StoredBlock, Task } from './protocol.ts';

type TaskOf<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>;

/**
 * Codes batches of blocks in one thread. A *slot* holds a batch's bytes and its coded form from the moment it is read until
 * it was written, proved and hashed; other threads hash it straight from this thread's memory.
 */
export class BlockCoder {
  readonly inputs: readonly number[];
  readonly #workspace: Workspace;
  readonly #blockBytes: number;
  readonly #slots: readonly { readonly input: Uint8Array; readonly output: Uint8Array }[];

  constructor(slots: number, slotBytes: number, blockBytes: number) {
    this.#workspace = new Workspace(coderBytes(slots, slotBytes, blockBytes));
    this.#blockBytes = blockBytes;
    this.#slots = Array.from({ length: slots }, () => ({
      input: this.#workspace.allocate(slotBytes),
      output: this.#workspace.allocate(slotBytes + mostBatchBlocks),
    }));
    this.inputs = this.#slots.map(({ input }) => input.byteOffset);
  }

  /** Whether a coder of this size would be the same. */
  fits({
    slots,
    slotBytes,
    blockBytes,
  }: {
    readonly slots: number;
    readonly slotBytes: number;
    readonly blockBytes: number;
  }): boolean {
    return (
      this.#slots.length === slots && this.#slots[0]?.input.length === slotBytes && this.#blockBytes === blockBytes
    );
  }

  get memory(): SharedArrayBuffer {
    return this.#workspace.memory.buffer;
  }

  /** Chooses the codecs of a stream from samples read at `ranges`. */
  plan({ ranges, references, stream, streamLength, preset }: TaskOf<'plan'>): CodecNode {
    return this.#scratch(() => {
      const { width, dtype } = stream;
      const sample = { bytes: this.#gather(ranges), width, reference: references && this.#gather(references) };
      const excerpt = (): Stream => {
        const length = Math.min(preset === 'smallest' ? this.#blockBytes : excerptBytes, streamLength);
        return { bytes: this.#readExcerpt(ranges, sampleUnit(dtype), streamLength, length), width };
      };
      return planSample(sample, excerpt, stream, streamLength, this.#trials(preset));
    });
  }

  /** Codes and counts what is read at `ranges`, at most a block of it. */
  look({ ranges, stream: { width, dtype }, preset }: TaskOf<'look'>): SampleLook {
    return this.#scratch(() => lookAtSample({ bytes: this.#gather(ranges), width }, dtype, preset, this.#workspace));
  }

  /** Approximates what is read at `ranges`, at most a block of it. */
  try({ ranges, preset, ...trial }: TaskOf<'try'>): TrialResult {
    return this.#scratch(() => {
      const bytes = this.#gather(ranges);
      const output = this.#workspace.allocate(bytes.length + mostBatchBlocks);
      return tryOnSample(bytes, trial, output, this.#workspace, this.#partPlanner(preset));
    });
  }

  /** The bytes of some places of a file, one behind another. */
  #gather(ranges: readonly FileRange[]): Uint8Array {
    const bytes = this.#workspace.allocate(ranges.reduce((sum, { length }) => sum + length, 0));
    let filled = 0;
    for (const { descriptor, offset, length } of ranges) {
      readFully(descriptor, bytes.subarray(filled, filled + length), offset);
      filled += length;
    }
    return bytes;
  }

  /** A piece from the middle of a stream that begins where the first of its `ranges` does. */
  #readExcerpt([first]: readonly FileRange[], unit: number, streamLength: number, length: number): Uint8Array {
    const bytes = this.#workspace.allocate(length);
    const start = Math.floor((streamLength - bytes.length) / 2 / unit) * unit;
    if (first) readFully(first.descriptor, bytes, first.offset + start);
    const whole = bytes.length - (bytes.length % unit);
    return bytes.subarray(0, whole === 0 ? bytes.length : whole);
  }

  /** Reads a batch into a slot and codes its blocks there, one behind another. */
  encode({ slot, source, blocks, preset }: TaskOf<'encode'>): CodedBlock[] {
    const input = this.#read(slot, source);
    const { output } = this.#slot(slot);
    let [from, to] = [0, 0];
    return blocks.map(({ length, stream, node, reference: range, approximation }) => {
      const coded = this.#scratch(() => {
        if (approximation)
          return this.#approximate(
            input.subarray(from, from + length),
            approximation,
            output.subarray(to),
            preset,
            range,
          );
        const reference = range && this.#gather([range]);
        const block: Stream = { bytes: input.subarray(from, from + length), width: stream.width, reference };
        const chosen = node ?? planBlock(block, stream, this.#trials(preset));
        const storedLength = encodeTree(chosen, block, this.#workspace, output.subarray(to));
        const payload = output.subarray(to, to + storedLength);
        return { storedLength, codec: describeNode(describeTree(payload)), usesReference: readsReference(payload) };
      });
      from += length;
      to += coded.storedLength;
      return coded;
    });
  }

  #approximate(
    bytes: Uint8Array,
    approximation: PieceApproximation,
    output: Uint8Array,
    preset: Preset,
    reference: FileRange | undefined,
  ): CodedBlock {
    const { needsBase } = quantizerById(approximation.quantizer) ?? {};
    const base = needsBase && reference ? this.#gather([reference]) : undefined;
    const others = { prepared: this.#prepared(bytes, approximation), base };
    const { storedLength, loss } = approximatePiece(
      bytes,
      approximation,
      output,
      this.#workspace,
      this.#partPlanner(preset),
      others,
    );
    return {
      storedLength,
      loss,
      codec: describeNode(describeTree(output.subarray(0, storedLength))),
      usesReference: readsReference(output),
    };
  }

  /** The numbers that a piece is quantized from: its own unless others were prepared. */
  #prepared(bytes: Uint8Array, { prepared, dtype, geometry, firstRow, firstColumn }: PieceApproximation): Uint8Array {
    if (prepared === undefined) return bytes;
    const start = (firstRow * geometry.columns + firstColumn) * floatWidth(dtype);
    return this.#gather([{ ...prepared, offset: prepared.offset + start, length: bytes.length }]);
  }

  /** Reads a batch into a slot and measures the runs of numbers in it. */
  measure({ slot, source, runs }: TaskOf<'measure'>): TensorStatistics[] {
    const input = this.#read(slot, source);
    return runs.map(({ start, length, dtype, first, total, columns, channels, needs, reference }) =>
      this.#scratch(() => {
        const numbers = (bytes: Uint8Array): Float32Array =>
          decodeFloats(dtype, bytes, allocateFloats(length / floatWidth(dtype), this.#workspace));
        const base = reference && numbers(this.#gather([reference]));
        const values = numbers(input.subarray(start, start + length));
        return measurePiece(values, { start: first, columns, total, channels }, needs, base);
      }),
    );
  }

  /** Decides how all pieces of a tensor are approximated. */
  parameters(task: TaskOf<'parameters'>): TensorApproximation {
    const { quantizer, geometry, dtype, rows, preset, prepared } = task;
    const approximation = { quantizer, geometry, dtype, parameters: parametersOf(task), prepared };
    if (rows === undefined || quantizerById(quantizer)?.needsBase) return approximation;
    const nodes = this.#scratch(() => {
      const bytes = this.#workspace.allocate(rows.length);
      readFully(rows.descriptor, bytes, rows.offset);
      return planParts(
        bytes,
        { ...approximation, firstRow: rows.firstRow, firstColumn: 0 },
        this.#workspace,
        this.#partPlanner(preset),
      );
    });
    return { ...approximation, nodes };
  }

  /**
   * Writes a slot's coded bytes, reads them back, decodes them and compares with the original bytes. The checksums that it
   * returns are of what was read back, so that they are of proved bytes.
   */
  prove({ slot, archive, blocks }: TaskOf<'prove'>): number[] {
    const { input, output } = this.#slot(slot);
    const coded = output.subarray(0, archive.length);
    writeFully(archive.descriptor, coded, archive.offset);
    // Whatever was coded is overwritten by what the file really holds.
    const readUntil = reader(archive, coded);
    let [from, start] = [0, 0];
    return blocks.map((block) => {
      readUntil(from + block.storedLength);
      const payload = coded.subarray(from, from + block.storedLength);
      this.#scratch(() => {
        const decoded = decodeTree(payload, this.#shapeOf(block, payload), this.#workspace);
        requireEqual(decoded, input.subarray(start, start + block.length), archive.offset + from);
      });
      from += block.storedLength;
      start += block.length;
      return crc32(payload);
    });
  }

  /** Reads a batch of the original into a slot and compares it with blocks that an earlier run has stored for it. */
  proveAgain({ slot, source, archive, blocks }: TaskOf<'prove-again'>): void {
    const input = this.#read(slot, source);
    let start = 0;
    this.#decodeEach(slot, archive, blocks, (decoded, offset) => {
      requireEqual(decoded, input.subarray(start, start + decoded.length), offset);
      start += decoded.length;
    });
  }

  /** Reads bytes of the original and compares them with part of a block that was stored before. */
  proveReference({ slot, source, archive, block, start }: TaskOf<'prove-reference'>): void {
    const input = this.#read(slot, source);
    this.#decodeEach(slot, archive, [block], (decoded, offset) => {
      requireEqual(decoded.subarray(start, start + input.length), input, offset);
    });
  }

  /** Reads bytes into a slot. */
  readBack({ slot, source }: TaskOf<'read-back'>): void {
    this.#read(slot, source);
  }

  /** Decodes stored blocks into a slot, one behind another, and writes a part of that to a file when asked. */
  decode({ slot, archive, blocks, target, checks }: TaskOf<'decode'>): void {
    const { input } = this.#slot(slot);
    const first = target?.start ?? 0;
    const end = target ? first + target.range.length : 0;
    let [decodedBytes, written] = [0, first];
    const writeUntil = ({ descriptor, offset }: FileRange, until: number): void => {
      writeSparsely(input.subarray(written, until), descriptor, offset + written - first);
      written = until;
    };
    const use = (decoded: Uint8Array): void => {
      decodedBytes += decoded.length;
      // While the bytes are still in the cache.
      if (target && decodedBytes - written >= cachedBytes) writeUntil(target.range, Math.min(decodedBytes, end));
    };
    this.#decodeEach(slot, archive, blocks, use, { checks, target: input });
    if (target) writeUntil(target.range, end);
  }

  #decodeEach(
    slot: number,
    archive: FileRange,
    blocks: readonly StoredBlock[],
    use: (decoded: Uint8Array, archiveOffset: number) => void,
    { checks, target }: { readonly checks: boolean; readonly target?: Uint8Array } = { checks: true },
  ): void {
    const coded = this.#slot(slot).output;
    const readUntil = reader(archive, coded);
    let [from, to] = [0, 0];
    for (const block of blocks) {
      const { storedLength, crc32: expected, length } = block;
      readUntil(from + storedLength);
      const payload = coded.subarray(from, from + storedLength);
      const offset = archive.offset + from;
      if (checks) requireChecksum(payload, expected, offset);
      this.#scratch(() => {
        const place = target?.subarray(to, to + length);
        use(decodeTree(payload, this.#shapeOf(block, payload), this.#workspace, place), offset);
      });
      from += storedLength;
      to += length;
    }
  }

  /** The shape of a coded block, with its reference where the payload asks for it. */
  #shapeOf({ length, width, reference }: BlockShape, payload: Uint8Array): StreamShape {
    if (reference === undefined || !readsReference(payload)) return { length, width };
    return { length, width, reference: this.#gather([reference]) };
  }

  #read(slot: number, source: FileRange): Uint8Array {
    const input = this.#slot(slot).input.subarray(0, source.length);
    readFully(source.descriptor, input, source.offset);
    return input;
  }

  #trials(preset: Preset): Trials {
    return { workspace: this.#workspace, preset, blockBytes: this.#blockBytes };
  }

  /** Plans the parts of what is approximated: one byte of them stands for up to four of the original. */
  #partPlanner(preset: Preset): (part: Part) => CodecNode {
    return (part) => this.#scratch(() => planBlock(part, part, { ...this.#trials(preset), patience: 4 }));
  }

  #slot(slot: number): { readonly input: Uint8Array; readonly output: Uint8Array } {
    const found = this.#slots[slot];
    if (!found) throw new Error(`There is no slot ${slot}.`);
    return found;
  }

  #scratch<Result>(work: () => Result): Result {
    const mark = this.#workspace.mark();
    try {
      return work();
    } finally {
      this.#workspace.release(mark);
    }
  }
}

/** Whether what is at the root of a payload needs the bytes of a base. */
function readsReference(payload: Uint8Array): boolean {
  const wireId = payload[0] ?? 0;
  return (codecByWireId(wireId) ?? decoderByWireId(wireId))?.needsReference === true;
}
