import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { openWindow } from '../window.ts';

/** Reads the little-endian fields of a GGUF header one after the other, never beyond `most` bytes of file. */
export interface Cursor {
  readonly position: number;
  /** Bytes that may still be read. */
  readonly left: number;
  /** The next `length` bytes, valid until the next call. */
  bytes(length: number, what: string): Promise<DataView>;
  u32(what: string): Promise<number>;
  /** A 64-bit number that must be at most `most`. */
  u64(what: string, most?: number): Promise<number>;
  /** The text of a string whose bytes fit into what is left; longer than `keep` bytes it is cut. */
  text(what: string, keep?: number): Promise<string>;
  /** Passes over `count` things of `bytes` bytes. */
  skip(count: number, bytes: number, what: string): void;
  /** Passes over `count` strings. */
  skipStrings(count: number, what: string): Promise<void>;
  fail(problem: string): never;
}

/** A cursor at the start of `source` that stops after `most` bytes. */
export function openCursor(source: ByteSource, most: number): Cursor {
  const window = openWindow(source);
  const end = Math.min(source.size, most);
  let position = 0;

  function fail(problem: string): never {
    throw new MalformedFileError(`"${source.name}": ${problem}, at byte ${position} of the GGUF header.`, {
      file: source.name,
      offset: position,
    });
  }

  function skip(count: number, bytes: number, what: string): void {
    if (count * bytes > end - position) {
      const why = end < source.size ? `the header may have ${most} bytes` : `the file ends at byte ${source.size}`;
      fail(`${what} takes ${count} × ${bytes} bytes, but ${why}`);
    }
    position += count * bytes;
  }

  async function bytes(length: number, what: string): Promise<DataView> {
    const start = position;
    skip(1, length, what);
    const view = await window.at(start, length, what);
    return viewOf(view);
  }

  async function u64(what: string, most = Number.MAX_SAFE_INTEGER): Promise<number> {
    const value = (await bytes(8, what)).getBigUint64(0, true);
    if (value > BigInt(most)) fail(`${what} is ${value}; at most ${most} is possible`);
    return Number(value);
  }

  return {
    get position() {
      return position;
    },
    get left() {
      return end - position;
    },
    bytes,
    u32: async (what) => (await bytes(4, what)).getUint32(0, true),
    u64,
    async text(what, keep = limits.textBytes) {
      const length = await u64(`the length of ${what}`, end - position);
      const kept = await bytes(Math.min(length, keep), what);
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(kept);
      skip(1, length - kept.byteLength, what);
      return length > keep ? `${text}…` : text;
    },
    async skipStrings(count, what) {
      for (let index = 0; index < count; index++) {
        const start = position;
        skip(1, 8, what);
        // Vocabularies have hundreds of thousands: awaiting bytes that are there would cost most of the time.
        const view = window.held(start, 8) ?? (await window.at(start, 8, what));
        skip(1, Number(viewOf(view).getBigUint64(0, true)), what);
      }
    },
    skip,
    fail,
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
