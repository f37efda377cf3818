import { crc32 } from 'node:zlib';
import { decodeTree } from '../codecs/graph.ts';
import { writeFully } from '../io/descriptor.ts';
import { requireChecksum, requireEqual } from './block-checks.ts';
import type { FileRange, StoredBlock, TaskOf } from './protocol.ts';
import type { ThreadMemory } from './thread-memory.ts';
import { cachedBytes, reader, writeSparsely } from './transfer.ts';

/** Decodes blocks of an archive: to prove that they restore the original, and to restore it. */
export class BlockDecoder {
  readonly #memory: ThreadMemory;

  constructor(memory: ThreadMemory) {
    this.#memory = memory;
  }

  /**
   * Writes a slot's coded bytes, reads them back, decodes them and compares with the original bytes. The checksums that it
   * returns are of what was read back, so that they are of proved bytes.
   */
  prove({ slot, archive, blocks }: TaskOf<'prove'>): number[] {
    const { input, output } = this.#memory.slot(slot);
    const coded = output.subarray(0, archive.length);
    writeFully(archive.descriptor, coded, archive.offset);
    // Whatever was coded is overwritten by what the file really holds.
    const readUntil = reader(archive, coded);
    let [from, start] = [0, 0];
    return blocks.map((block) => {
      readUntil(from + block.storedLength);
      const payload = coded.subarray(from, from + block.storedLength);
      this.#memory.scratch(() => {
        const decoded = decodeTree(payload, this.#memory.shapeOf(block, payload), this.#memory.workspace);
        requireEqual(decoded, input.subarray(start, start + block.length), archive.offset + from);
      });
      from += block.storedLength;
      start += block.length;
      return crc32(payload);
    });
  }

  /** Reads a batch of the original into a slot and compares it with blocks that an earlier run has stored for it. */
  proveAgain({ slot, source, archive, blocks }: TaskOf<'prove-again'>): void {
    const input = this.#memory.read(slot, source);
    let start = 0;
    this.#decodeEach(slot, archive, blocks, (decoded, offset) => {
      requireEqual(decoded, input.subarray(start, start + decoded.length), offset);
      start += decoded.length;
    });
  }

  /** Reads bytes of the original and compares them with part of a block that was stored before. */
  proveReference({ slot, source, archive, block, start }: TaskOf<'prove-reference'>): void {
    const input = this.#memory.read(slot, source);
    this.#decodeEach(slot, archive, [block], (decoded, offset) => {
      requireEqual(decoded.subarray(start, start + input.length), input, offset);
    });
  }

  /** Reads bytes into a slot. */
  readBack({ slot, source }: TaskOf<'read-back'>): void {
    this.#memory.read(slot, source);
  }

  /** Decodes stored blocks into a slot, one behind another, and writes a part of that to a file when asked. */
  decode({ slot, archive, blocks, target, checks }: TaskOf<'decode'>): void {
    const { input } = this.#memory.slot(slot);
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
    const coded = this.#memory.slot(slot).output;
    const readUntil = reader(archive, coded);
    let [from, to] = [0, 0];
    for (const block of blocks) {
      const { storedLength, crc32: expected, length } = block;
      readUntil(from + storedLength);
      const payload = coded.subarray(from, from + storedLength);
      const offset = archive.offset + from;
      if (checks) requireChecksum(payload, expected, offset);
      this.#memory.scratch(() => {
        const place = target?.subarray(to, to + length);
        use(decodeTree(payload, this.#memory.shapeOf(block, payload), this.#memory.workspace, place), offset);
      });
      from += storedLength;
      to += length;
    }
  }
}
