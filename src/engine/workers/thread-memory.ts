import { codecByWireId } from '../codecs/catalog.ts';
import type { StreamShape } from '../codecs/codec.ts';
import { readFully } from '../io/descriptor.ts';
import { Workspace } from '../kernels/workspace.ts';
import { decoderByWireId } from '../quantizers/catalog.ts';
import { coderBytes, mostBatchBlocks } from './coder-size.ts';
import type { BlockShape, FileRange } from './protocol.ts';

export interface ThreadMemorySize {
  readonly slots: number;
  readonly slotBytes: number;
  readonly blockBytes: number;
}

/** A batch's bytes and its coded form, from the moment it is read until it was written, proved and hashed. */
export interface SlotMemory {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

/**
 * All memory that a coding thread takes: its slots, which other threads hash from straight where they are, and a workspace
 * for what is needed in between.
 */
export class ThreadMemory {
  readonly workspace: Workspace;
  /** Of a stream, so much is coded at once. */
  readonly blockBytes: number;
  /** Where the inputs of the slots begin in the workspace's memory. */
  readonly inputs: readonly number[];
  readonly #slots: readonly SlotMemory[];

  constructor({ slots, slotBytes, blockBytes }: ThreadMemorySize) {
    this.workspace = new Workspace(coderBytes(slots, slotBytes, blockBytes));
    this.blockBytes = blockBytes;
    this.#slots = Array.from({ length: slots }, () => ({
      input: this.workspace.allocate(slotBytes),
      output: this.workspace.allocate(slotBytes + mostBatchBlocks),
    }));
    this.inputs = this.#slots.map(({ input }) => input.byteOffset);
  }

  /** Whether memory of this size would be the same. */
  fits({ slots, slotBytes, blockBytes }: ThreadMemorySize): boolean {
    return this.#slots.length === slots && this.#slots[0]?.input.length === slotBytes && this.blockBytes === blockBytes;
  }

  slot(slot: number): SlotMemory {
    const found = this.#slots[slot];
    if (!found) throw new Error(`There is no slot ${slot}.`);
    return found;
  }

  /** Reads bytes into a slot. */
  read(slot: number, source: FileRange): Uint8Array {
    const input = this.slot(slot).input.subarray(0, source.length);
    readFully(source.descriptor, input, source.offset);
    return input;
  }

  /** The bytes of some places of a file, one behind another, in the workspace. */
  gather(ranges: readonly FileRange[]): Uint8Array {
    const bytes = this.workspace.allocate(ranges.reduce((sum, { length }) => sum + length, 0));
    let filled = 0;
    for (const { descriptor, offset, length } of ranges) {
      readFully(descriptor, bytes.subarray(filled, filled + length), offset);
      filled += length;
    }
    return bytes;
  }

  /** The shape of a coded block, with its reference where the payload asks for it. */
  shapeOf({ length, width, reference }: BlockShape, payload: Uint8Array): StreamShape {
    if (reference === undefined || !readsReference(payload)) return { length, width };
    return { length, width, reference: this.gather([reference]) };
  }

  /** What `work` allocates of the workspace is free again when it returns. */
  scratch<Result>(work: () => Result): Result {
    const mark = this.workspace.mark();
    try {
      return work();
    } finally {
      this.workspace.release(mark);
    }
  }
}

/** Whether what is at the root of a payload needs the bytes of a base. */
export function readsReference(payload: Uint8Array): boolean {
  const wireId = payload[0] ?? 0;
  return (codecByWireId(wireId) ?? decoderByWireId(wireId))?.needsReference === true;
}
