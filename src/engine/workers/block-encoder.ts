import { describeNode, describeTree, encodeTree } from '../codecs/graph.ts';
import type { Preset, Stream } from '../codecs/codec.ts';
import { readFully, writeFully } from '../io/descriptor.ts';
import {
  approximatePiece,
  parametersOf,
  planParts,
  type PieceApproximation,
  type TensorApproximation,
} from '../quantizers/approximate.ts';
import { quantizerById } from '../quantizers/catalog.ts';
import { allocateFloats } from '../quantizers/frame.ts';
import { measurePiece, type TensorStatistics } from '../quantizers/statistics.ts';
import { decodeFloats, floatWidth } from '../tensor/floats.ts';
import { partPlanner, planBlock, trialsIn } from './plan-block.ts';
import type { BlockPlan, CodedBlock, FileRange, StreamKind, TaskOf } from './protocol.ts';
import { readsReference, type ThreadMemory } from './thread-memory.ts';

/** Codes batches of blocks, exactly or approximated, and measures what an approximation has to know before. */
export class BlockEncoder {
  readonly #memory: ThreadMemory;

  constructor(memory: ThreadMemory) {
    this.#memory = memory;
  }

  /** Reads a batch into a slot and codes its blocks there, one behind another. */
  encode({ slot, source, blocks, preset, target }: TaskOf<'encode'>): CodedBlock[] {
    const input = this.#memory.read(slot, source);
    const { output } = this.#memory.slot(slot);
    let [from, to] = [0, 0];
    const codedBlocks = blocks.map((plan) => {
      const { length, stream, node, reference: range, approximation } = plan;
      const coded = this.#memory.scratch(() => {
        if (approximation)
          return this.#approximate(
            input.subarray(from, from + length),
            { ...plan, approximation },
            output.subarray(to),
            preset,
          );
        const reference = range && this.#memory.gather([range]);
        const block: Stream = { bytes: input.subarray(from, from + length), width: stream.width, reference };
        const chosen = node ?? planBlock(block, stream, trialsIn(this.#memory, preset));
        const storedLength = encodeTree(chosen, block, this.#memory.workspace, output.subarray(to));
        const payload = output.subarray(to, to + storedLength);
        return { storedLength, codec: describeNode(describeTree(payload)), usesReference: readsReference(payload) };
      });
      from += length;
      to += coded.storedLength;
      return coded;
    });
    if (target) writeFully(target.descriptor, input, target.offset);
    return codedBlocks;
  }

  #approximate(
    bytes: Uint8Array,
    { approximation, stream, reference, isInner }: BlockPlan & { readonly approximation: PieceApproximation },
    output: Uint8Array,
    preset: Preset,
  ): CodedBlock {
    const { needsBase, linesOf } = quantizerById(approximation.quantizer) ?? {};
    // What other parts restore to is on lines itself, so that differences to it are exact ones.
    const takesBase = needsBase === true || (linesOf !== undefined && isInner !== true);
    const base = takesBase && reference ? this.#memory.gather([reference]) : undefined;
    const others = { prepared: this.#prepared(bytes, approximation), base };
    const { storedLength, loss } = approximatePiece(
      bytes,
      approximation,
      output,
      this.#memory.workspace,
      partPlanner(this.#memory, preset),
      others,
    );
    const shorter =
      reference && !takesBase ? this.#encodeAgainst(reference, bytes, output, stream, preset, storedLength) : undefined;
    return {
      storedLength: shorter ?? storedLength,
      loss,
      codec: describeNode(describeTree(output.subarray(0, shorter ?? storedLength))),
      usesReference: readsReference(output),
    };
  }

  /** Codes what a piece restores to exactly, where that takes fewer bytes than `most` as a difference; how many. */
  #encodeAgainst(
    reference: FileRange,
    bytes: Uint8Array,
    output: Uint8Array,
    stream: StreamKind,
    preset: Preset,
    most: number,
  ): number | undefined {
    return this.#memory.scratch(() => {
      const block = { bytes, width: stream.width, reference: this.#memory.gather([reference]) };
      const chosen = planBlock(block, stream, trialsIn(this.#memory, preset));
      const coded = this.#memory.workspace.allocate(bytes.length + 1);
      const length = encodeTree(chosen, block, this.#memory.workspace, coded);
      if (length >= most) return undefined;
      output.set(coded.subarray(0, length));
      return length;
    });
  }

  /** The numbers that a piece is quantized from: its own unless others were prepared. */
  #prepared(bytes: Uint8Array, { prepared, dtype, geometry, firstRow, firstColumn }: PieceApproximation): Uint8Array {
    if (prepared === undefined) return bytes;
    const start = (firstRow * geometry.columns + firstColumn) * floatWidth(dtype);
    return this.#memory.gather([{ ...prepared, offset: prepared.offset + start, length: bytes.length }]);
  }

  /** Reads a batch into a slot and measures the runs of numbers in it. */
  measure({ slot, source, runs }: TaskOf<'measure'>): TensorStatistics[] {
    const input = this.#memory.read(slot, source);
    return runs.map(({ start, length, dtype, first, total, columns, channels, needs, reference }) =>
      this.#memory.scratch(() => {
        const numbers = (bytes: Uint8Array): Float32Array =>
          decodeFloats(dtype, bytes, allocateFloats(length / floatWidth(dtype), this.#memory.workspace));
        const base = reference && numbers(this.#memory.gather([reference]));
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
    const nodes = this.#memory.scratch(() => {
      const bytes = this.#memory.workspace.allocate(rows.length);
      readFully(rows.descriptor, bytes, rows.offset);
      return planParts(
        bytes,
        { ...approximation, firstRow: rows.firstRow, firstColumn: 0 },
        this.#memory.workspace,
        partPlanner(this.#memory, preset),
      );
    });
    return { ...approximation, nodes };
  }
}
