import type { Archive, Piece } from '../../archive/archive.ts';
import type { Bases } from '../bases/bases.ts';
import type { AssemblyLine } from '../job/assembly-line.ts';
import type { DigestFeed } from '../job/digests.ts';

/** Sends the blocks of an archive through a crew: checksum, decode, write where asked, hash in file order. */
export class DecodePass {
  readonly #archive: Archive;
  readonly #descriptor: number;
  readonly #line: AssemblyLine;
  readonly #seen: Uint8Array;
  readonly #decoded: (bytes: number, batch?: number) => void;
  readonly #batchBytes: number;
  readonly #checks: boolean;
  readonly #bases: Bases;
  #batches = 0;

  constructor(parts: {
    readonly archive: Archive;
    readonly descriptor: number;
    readonly line: AssemblyLine;
    /** Told of each batch that is hashed; those that were decoded for it are counted in the order of their bytes. */
    readonly decoded: (bytes: number, batch?: number) => void;
    /** The most bytes that a batch may restore to; a slot has room for as many. */
    readonly batchBytes: number;
    /** Whether blocks are checked one by one, besides the digests. */
    readonly checks: boolean;
    readonly bases: Bases;
  }) {
    this.#archive = parts.archive;
    this.#descriptor = parts.descriptor;
    this.#line = parts.line;
    this.#decoded = parts.decoded;
    this.#batchBytes = parts.batchBytes;
    this.#checks = parts.checks;
    this.#bases = parts.bases;
    this.#seen = new Uint8Array(parts.archive.blockCount);
  }

  get blocksSeen(): number {
    return this.#seen.reduce((sum, seen) => sum + seen, 0);
  }

  /**
   * Decodes `length` bytes of a file from `offset`. They are written to `target`, whose byte 0 is the byte at `offset`, and
   * fed to `digests`, likewise counted from `offset`. With `skipped`, so many bytes are left out; {@link addWritten} took them.
   */
  async addRange(
    range: { readonly file: number; readonly offset: number; readonly length: number },
    digests: DigestFeed,
    target?: { readonly descriptor: number },
    skipped = 0,
  ): Promise<void> {
    const pieces = this.#archive.pieces(range.file, range.offset + skipped, range.length - skipped);
    for (const batch of batches(pieces, this.#batchBytes)) {
      const number = this.#batches++;
      for (const { index } of batch.pieces) this.#seen[index] = 1;
      const offset = batch.fileOffset - range.offset;
      const { start, length } = batch;
      const archive = { descriptor: this.#descriptor, offset: batch.archiveOffset, length: batch.archiveLength };
      const blocks = batch.pieces.map(({ block }) => ({ ...block, reference: this.#bases.range(block) }));
      const writing = target && { start, range: { descriptor: target.descriptor, offset, length } };
      const checks = this.#checks;
      await this.#line.add(
        ({ thread, slot }) => thread.run({ kind: 'decode', slot, archive, blocks, target: writing, checks }),
        async (slot) => {
          await digests.feed(slot, start, offset, length);
          this.#decoded(length, number);
        },
      );
    }
  }

  /** Reads the first `length` bytes of what an earlier run has written back from the file, for their digests. */
  async addWritten(
    length: number,
    digests: DigestFeed,
    { descriptor }: { readonly descriptor: number },
  ): Promise<void> {
    for (let offset = 0; offset < length; offset += this.#batchBytes) {
      const source = { descriptor, offset, length: Math.min(this.#batchBytes, length - offset) };
      await this.#line.add(
        ({ thread, slot }) => thread.run({ kind: 'read-back', slot, source }),
        async (slot) => {
          await digests.feed(slot, 0, offset, source.length);
          this.#decoded(source.length);
        },
      );
    }
  }
}

/** Pieces that lie one behind another both in the archive and in the file. */
interface Batch {
  readonly pieces: Piece[];
  readonly archiveOffset: number;
  archiveLength: number;
  readonly fileOffset: number;
  /** First byte of the decoded blocks that is wanted, and how many from there. */
  readonly start: number;
  length: number;
  decodedLength: number;
}

function* batches(pieces: Iterable<Piece>, batchBytes: number): Generator<Batch> {
  let batch: Batch | undefined;
  for (const piece of pieces) {
    const { block, start, length, fileOffset } = piece;
    if (batch && continues(batch, piece, batchBytes)) {
      batch.pieces.push(piece);
      batch.archiveLength += block.storedLength;
      batch.length += length;
      batch.decodedLength += block.length;
      continue;
    }
    if (batch) yield batch;
    batch = {
      pieces: [piece],
      archiveOffset: block.offset,
      archiveLength: block.storedLength,
      fileOffset,
      start,
      length,
      decodedLength: block.length,
    };
  }
  if (batch) yield batch;
}

function continues(batch: Batch, { block, start }: Piece, batchBytes: number): boolean {
  return (
    start === 0 &&
    batch.start + batch.length === batch.decodedLength &&
    batch.decodedLength + block.length <= batchBytes &&
    batch.archiveLength + block.storedLength <= batchBytes &&
    batch.archiveOffset + batch.archiveLength === block.offset
  );
}
