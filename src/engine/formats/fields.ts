import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import { limits } from '../limits.ts';
import { openWindow } from './window.ts';

/** Little-endian fields at any place of a file, for formats whose tables point to and fro. */
export interface Fields {
  readonly size: number;
  /** A whole number of 1, 2 or 4 bytes. */
  unsigned(at: number, bytes: 1 | 2 | 4, what: string): Promise<number>;
  /** A whole number of 8 bytes; above 2^53 no safe integer, which every comparison with a size refuses. */
  u64(at: number, what: string): Promise<number>;
  i32(at: number, what: string): Promise<number>;
  /** The `length` bytes at `at`, valid until the next call; `length` is one that the caller has bounded. */
  bytes(at: number, length: number, what: string): Promise<Uint8Array>;
  /** UTF-8 text, cut where it is longer than the limit for texts. */
  text(at: number, length: number, what: string): Promise<string>;
  fail(problem: string, at: number): never;
}

/**
 * Reads fields of `source`, called a `kind` in messages. Throws MalformedFileError for a field outside the file and when
 * more are read than any file has: tables that point to one another could otherwise be walked for ever.
 */
export function openFields(source: ByteSource, kind: string): Fields {
  const { name: file, size } = source;
  const window = openWindow(source, 16_384);
  let fieldsLeft: number = limits.tableFields;
  let textLeft: number = limits.headerBytes;

  function fail(problem: string, at: number): never {
    throw new MalformedFileError(`"${file}": ${problem} at byte ${at} of the ${kind}.`, { file, offset: at });
  }

  function bytes(at: number, length: number, what: string): Promise<Uint8Array> {
    fieldsLeft -= 1;
    if (fieldsLeft < 0) fail(`more than ${limits.tableFields} fields`, at);
    if (!(at >= 0 && length >= 0 && at + length <= size)) fail(`${what}, outside the file of ${size} bytes, is`, at);
    const held = window.held(at, length);
    return held === undefined ? window.at(at, length, what) : Promise.resolve(held);
  }

  async function view(at: number, length: number, what: string): Promise<DataView> {
    const found = await bytes(at, length, what);
    return new DataView(found.buffer, found.byteOffset, found.byteLength);
  }

  return {
    size,
    async unsigned(at, width, what) {
      const found = await view(at, width, what);
      if (width === 1) return found.getUint8(0);
      return width === 2 ? found.getUint16(0, true) : found.getUint32(0, true);
    },
    u64: async (at, what) => Number((await view(at, 8, what)).getBigUint64(0, true)),
    i32: async (at, what) => (await view(at, 4, what)).getInt32(0, true),
    bytes,
    async text(at, length, what) {
      const kept = Math.min(length, limits.textBytes);
      textLeft -= kept;
      if (textLeft < 0) fail(`names of more than ${limits.headerBytes} bytes`, at);
      if (at + length > size) fail(`${what}, which leaves the file of ${size} bytes, is`, at);
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await bytes(at, kept, what));
      return kept < length ? `${text}…` : text;
    },
    fail,
  };
}
