import { createHash } from 'node:crypto';
import type { HashPiece } from '../../workers/protocol.ts';
import type { Crew, Slot } from '../../workers/crew.ts';

interface Range {
  readonly offset: number;
  readonly byteLength: number;
}

export const emptyDigest = createHash('sha256').digest('hex');

/**
 * Says which part of each block belongs to which digest. Blocks come in file order; ranges are sorted by offset and do not
 * overlap. Keys count up from `firstKey` by the range's place in the list; empty ranges have no pieces.
 */
export class DigestCursor {
  readonly #ranges: readonly Range[];
  readonly #firstKey: number;
  #next = 0;

  constructor(ranges: readonly Range[], firstKey: number) {
    this.#ranges = ranges;
    this.#firstKey = firstKey;
  }

  /** The pieces of a block that restores `length` bytes from `fileOffset` and lies in `slot` from its byte `start`. */
  pieces(slot: Slot, start: number, fileOffset: number, length: number): HashPiece[] {
    const pieces: HashPiece[] = [];
    for (; this.#next < this.#ranges.length; this.#next++) {
      const range = this.#ranges[this.#next];
      if (!range || range.byteLength === 0) continue;
      const from = Math.max(range.offset, fileOffset);
      const to = Math.min(range.offset + range.byteLength, fileOffset + length);
      if (from >= to) break;
      const last = to === range.offset + range.byteLength;
      pieces.push({
        thread: slot.threadNumber,
        start: slot.start + start + from - fileOffset,
        length: to - from,
        key: this.#firstKey + this.#next,
        last,
      });
      if (!last) break;
    }
    return pieces;
  }
}

/** Who wants to know of digests that ended. */
export interface DigestListener {
  fileDigest(key: number, sha256: string): void;
  tensorDigest(key: number, sha256: string): void;
}

/** Feeds the blocks of one file, which must come in order, to the digests of the file and of its tensors. */
export class DigestFeed {
  readonly #crew: Crew;
  readonly #listener: DigestListener;
  readonly #file: DigestCursor;
  readonly #tensors: DigestCursor;

  constructor(
    crew: Crew,
    file: { readonly key: number; readonly bytes: number },
    tensors: { readonly firstKey: number; readonly ranges: readonly Range[] },
    listener: DigestListener,
  ) {
    this.#crew = crew;
    this.#listener = listener;
    this.#file = new DigestCursor([{ offset: 0, byteLength: file.bytes }], file.key);
    this.#tensors = new DigestCursor(tensors.ranges, tensors.firstKey);
  }

  /** Settles when the block's bytes, at `start` in the slot, are hashed and the slot is no longer needed for it. */
  async feed(slot: Slot, start: number, fileOffset: number, length: number): Promise<void> {
    const { files, tensors } = await this.#crew.hash({
      files: this.#file.pieces(slot, start, fileOffset, length),
      tensors: this.#tensors.pieces(slot, start, fileOffset, length),
    });
    for (const [key, sha256] of Object.entries(files ?? {})) this.#listener.fileDigest(Number(key), sha256);
    for (const [key, sha256] of Object.entries(tensors ?? {})) this.#listener.tensorDigest(Number(key), sha256);
  }
}

/** One digest for a model: of its only file, or of the list `sha256  name` of its files, as `sha256sum` prints it. */
export function modelDigest(files: readonly { readonly name: string; readonly sha256: string }[]): string {
  const [first] = files;
  if (files.length === 1 && first) return first.sha256;
  return createHash('sha256')
    .update(files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''))
    .digest('hex');
}
