import { limits } from '../../limits.ts';
import type { Fields } from '../fields.ts';

/** An entry of a table: its key, and where its value is. */
export interface TableEntry {
  readonly key: Uint8Array;
  readonly start: number;
  readonly end: number;
}

interface Block {
  readonly start: number;
  readonly end: number;
}

const footerBytes = 48;
const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
const longestVarint = 10;
/** Behind a block: how it is compressed, and a checksum. */
const trailerBytes = 5;

/**
 * The entries of the sorted table that is the whole file, in order: its footer leads to the block of blocks, whose values are the places of
 * those with entries. Throws MalformedFileError, also for blocks that are compressed, which no writer makes.
 */
export async function* tableEntries(fields: Fields): AsyncGenerator<TableEntry> {
  const footer = fields.size - footerBytes;
  const word = await fields.bytes(footer + footerBytes - magic.length, magic.length, 'the magic word');
  if (magic.some((byte, place) => word[place] !== byte)) fields.fail('there is no magic word', footer);
  let at = footer;
  // The first block in the footer is one of statistics, which nobody writes.
  for (let skipped = 0; skipped < 2; skipped++) at = (await varint(at)).next;
  for await (const { start } of entriesOf(await blockAt(at))) yield* entriesOf(await blockAt(start));

  async function varint(place: number): Promise<{ readonly value: number; readonly next: number }> {
    let value = 0;
    const bytes = await fields.bytes(place, Math.min(longestVarint, fields.size - place), 'a number');
    for (const [index, byte] of bytes.entries()) {
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return { value, next: place + index + 1 };
    }
    return fields.fail('a number that does not end', place);
  }

  async function blockAt(place: number): Promise<Block> {
    const { value: start, next } = await varint(place);
    const { value: length } = await varint(next);
    if (!(start + length + trailerBytes <= footer)) fields.fail(`a block of ${length} bytes at ${start}`, place);
    if ((await fields.unsigned(start + length, 1, 'a block')) !== 0) fields.fail('a compressed block', start);
    const restarts = await fields.unsigned(start + length - 4, 4, 'a block');
    const end = start + length - 4 - 4 * restarts;
    if (!(end >= start)) fields.fail(`a block of ${length} bytes with ${restarts} restarts`, start);
    return { start, end };
  }

  /** A key begins with some bytes of the one before. */
  async function* entriesOf({ start, end }: Block): AsyncGenerator<TableEntry> {
    let key = new Uint8Array(0);
    for (let place = start; place < end;) {
      const shared = await varint(place);
      const own = await varint(shared.next);
      const length = await varint(own.next);
      const value = length.next + own.value;
      const valueEnd = value + length.value;
      const isSound = shared.value <= key.length && valueEnd <= end && shared.value + own.value <= limits.textBytes;
      if (!isSound) fields.fail('an entry that leaves its block', place);
      const next = new Uint8Array(shared.value + own.value);
      next.set(key.subarray(0, shared.value));
      next.set(await fields.bytes(length.next, own.value, 'a key'), shared.value);
      key = next;
      yield { key, start: value, end: valueEnd };
      place = valueEnd;
    }
  }
}
