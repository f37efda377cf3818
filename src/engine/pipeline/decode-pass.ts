import type { Archive, Piece } from '../archive/archive.ts';
import type { StoredBlock } from '../workers/protocol.ts';
import type { AssemblyLine } from './assembly-line.ts';
import type { DigestFeed } from './digests.ts';

/** Sends the blocks of an archive through a crew: checksum, decode, write where asked, hash in file order. */
export class DecodePass {
  readonly #archive: Archive;
  readonly #descriptor: number;
  readonly #line: AssemblyLine;
  readonly #seen: Uint8Array;
  readonly #decoded: (bytes: number) => void;

  constructor(parts: {
    readonly archive: Archive;
    readonly descriptor: number;
    readonly line: AssemblyLine;
    readonly decoded: (bytes: number) => void;
  }) {
    this.#archive = parts.archive;
    this.#descriptor = parts.descriptor;
    this.#line = parts.line;
    this.#decoded = parts.decoded;
    this.#seen = new Uint8Array(parts.archive.blockCount);
  }

  get blocksSeen(): number {
    return this.#seen.reduce((sum, seen) => sum + seen, 0);
  }

  /**
   * Decodes `length` bytes of a file from `offset`. They are written to `target`, whose byte 0 is the byte at `offset`, and
   * fed to `digests`, likewise counted from `offset`.
   */
  async addRange(
    range: { readonly file: number; readonly offset: number; readonly length: number },
    digests: DigestFeed,
    target?: { readonly descriptor: number },
  ): Promise<void> {
    for (const piece of this.#archive.pieces(range.file, range.offset, range.length)) {
      this.#seen[piece.index] = 1;
      const offset = piece.fileOffset - range.offset;
      const writing = target && {
        start: piece.start,
        range: { descriptor: target.descriptor, offset, length: piece.length },
      };
      await this.#line.add(
        ({ thread, slot }) => thread.run({ kind: 'decode', slot, stored: this.#stored(piece), target: writing }),
        async (slot) => {
          await digests.feed(slot, piece.start, offset, piece.length);
          this.#decoded(piece.length);
        },
      );
    }
  }

  #stored({ block }: Piece): StoredBlock {
    return {
      range: { descriptor: this.#descriptor, offset: block.offset, length: block.storedLength },
      crc32: block.crc32,
      length: block.length,
      width: block.width,
    };
  }
}
