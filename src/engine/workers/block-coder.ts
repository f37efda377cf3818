import { crc32 } from 'node:zlib';
import { decodeTree, describeNode, encodeTree, workspaceBytes } from '../codecs/graph.ts';
import type { CodecNode, Stream } from '../codecs/codec.ts';
import { DamagedArchiveError, DifferentError } from '../errors.ts';
import { readFully, writeFully } from '../io/descriptor.ts';
import { Workspace } from '../kernels/workspace.ts';
import { planStream, sampleRanges } from '../pipeline/plan.ts';
import type { FileRange, StoredBlock, Task } from './protocol.ts';

type TaskOf<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>;

/** A coded block may be this much larger than its bytes: the marks that say "stored". */
export const blockOverheadBytes = 64;
/** Bytes of a stream that the planner looks at. */
export const sampleBytes = 64 * 1024;
/** Bytes of memory that a coding thread with these slots takes. */
export function coderBytes(slots: number, blockBytes: number): number {
  return slots * 2 * (blockBytes + 4096) + workspaceBytes(blockBytes);
}

/**
 * Codes blocks in one thread. A *slot* holds a block's bytes and its coded form from the moment it is read until it was
 * written, proved and hashed; other threads hash it straight from this thread's memory.
 */
export class BlockCoder {
  readonly inputs: readonly number[];
  readonly #workspace: Workspace;
  readonly #slots: readonly { readonly input: Uint8Array; readonly output: Uint8Array }[];
  readonly #lengths: number[];

  constructor(slots: number, blockBytes: number) {
    this.#workspace = new Workspace(coderBytes(slots, blockBytes));
    this.#slots = Array.from({ length: slots }, () => ({
      input: this.#workspace.allocate(blockBytes),
      output: this.#workspace.allocate(blockBytes + blockOverheadBytes),
    }));
    this.inputs = this.#slots.map(({ input }) => input.byteOffset);
    this.#lengths = this.#slots.map(() => 0);
  }

  get memory(): SharedArrayBuffer {
    return this.#workspace.memory.buffer;
  }

  /** Chooses the codecs of a stream from samples read at `ranges`. */
  plan({ ranges, stream, streamLength, preset }: TaskOf<'plan'>): CodecNode {
    return this.#scratch(() => {
      const sample = this.#workspace.allocate(ranges.reduce((sum, { length }) => sum + length, 0));
      let filled = 0;
      for (const range of ranges) {
        readFully(range.descriptor, sample.subarray(filled, filled + range.length), range.offset);
        filled += range.length;
      }
      return this.#choose({ bytes: sample, width: stream.width }, stream.dtype, preset, streamLength);
    });
  }

  /** Reads a block into a slot and codes it there. */
  encode({ slot, source, stream, node, preset }: TaskOf<'encode'>): { bytes: number; crc32: number; codec: string } {
    const { output } = this.#slot(slot);
    const input = this.#read(slot, source);
    return this.#scratch(() => {
      const chosen = node ?? this.#planBlock({ bytes: input, width: stream.width }, stream.dtype, preset);
      const bytes = encodeTree(chosen, { bytes: input, width: stream.width }, this.#workspace, output);
      this.#lengths[slot] = bytes;
      return { bytes, crc32: crc32(output.subarray(0, bytes)), codec: describeNode(chosen) };
    });
  }

  /** Writes a slot's coded bytes, reads them back, decodes them and compares with the original bytes. */
  prove({ slot, stored }: TaskOf<'prove'>): void {
    const { input, output } = this.#slot(slot);
    writeFully(stored.range.descriptor, output.subarray(0, stored.range.length), stored.range.offset);
    this.#compare(stored, 0, input.subarray(0, stored.length));
  }

  /** Reads a block of the original and compares it with part of a block that was stored before. */
  proveReference({ slot, source, stored, start }: TaskOf<'prove-reference'>): void {
    this.#compare(stored, start, this.#read(slot, source));
  }

  /** Decodes a stored block into a slot, and writes a part of it to a file when asked. */
  decode({ slot, stored, target }: TaskOf<'decode'>): void {
    const { input } = this.#slot(slot);
    this.#scratch(() => {
      input.set(this.#load(stored));
    });
    if (!target) return;
    const part = input.subarray(target.start, target.start + target.range.length);
    // Zero blocks stay holes: a restored sparse file is sparse again. The target already has its full length.
    if (!isZero(part)) writeFully(target.range.descriptor, part, target.range.offset);
  }

  #compare(stored: StoredBlock, start: number, original: Uint8Array): void {
    this.#scratch(() => {
      const decoded = this.#load(stored).subarray(start, start + original.length);
      if (Buffer.compare(decoded, original) !== 0)
        throw new DifferentError('A block that was read back from the archive does not restore the original bytes.', {
          archiveOffset: stored.range.offset,
        });
    });
  }

  #load({ range, crc32: expected, length, width }: StoredBlock): Uint8Array {
    const payload = this.#workspace.allocate(range.length);
    readFully(range.descriptor, payload, range.offset);
    const found = crc32(payload);
    if (found !== expected)
      throw new DamagedArchiveError(
        `The block at byte ${range.offset} of the archive is damaged: checksum ${hex(found)}, expected ${hex(expected)}.`,
        { archiveOffset: range.offset, length: range.length },
      );
    return decodeTree(payload, { length, width }, this.#workspace);
  }

  #read(slot: number, source: FileRange): Uint8Array {
    const input = this.#slot(slot).input.subarray(0, source.length);
    readFully(source.descriptor, input, source.offset);
    return input;
  }

  #planBlock(block: Stream, dtype: TaskOf<'encode'>['stream']['dtype'], preset: TaskOf<'encode'>['preset']): CodecNode {
    const slices = sampleRanges(block.bytes.length, block.width, sampleBytes);
    const sample = this.#workspace.allocate(slices.reduce((sum, { length }) => sum + length, 0));
    let filled = 0;
    for (const { offset, length } of slices) {
      sample.set(block.bytes.subarray(offset, offset + length), filled);
      filled += length;
    }
    return this.#choose({ bytes: sample, width: block.width }, dtype, preset, block.bytes.length);
  }

  #choose(
    sample: Stream,
    dtype: TaskOf<'encode'>['stream']['dtype'],
    preset: TaskOf<'encode'>['preset'],
    streamLength: number,
  ): CodecNode {
    const blockBytes = this.#slot(0).input.length;
    return planStream(sample, dtype, preset, this.#workspace, Math.min(streamLength, blockBytes));
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

function isZero(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes[0] !== 0) return bytes.length === 0;
  // A run equals itself shifted by one byte only when every byte equals the first.
  return Buffer.compare(bytes.subarray(1), bytes.subarray(0, bytes.length - 1)) === 0;
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}
