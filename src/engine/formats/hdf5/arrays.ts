import { expectWord, type Hdf5File } from './file.ts';
import { numberAt } from './records.ts';

const checksumBytes = 4;
/** Bytes before the address of the header that every block begins with: word, version and client. */
const wordBytes = 6;

/** The places of the addresses in the fixed array whose header is at `at`. Throws MalformedFileError. */
export async function* fixedEntries(file: Hdf5File, at: number): AsyncGenerator<number> {
  const { fields, addressBytes, lengthBytes } = file;
  await expectWord(file, at, 'FAHD');
  const entryBytes = await fields.unsigned(at + 6, 1, 'the size of an entry');
  const pageBits = await fields.unsigned(at + 7, 1, 'the size of a page');
  const count = await file.length(at + 8, 'the length of an array');
  const block = await file.address(at + 8 + lengthBytes, 'the entries of an array');
  if (block === undefined) return;
  if (entryBytes !== addressBytes || pageBits > 31 || !(count * entryBytes <= fields.size))
    fields.fail(`an array of ${count} entries of ${entryBytes} bytes`, at);
  await expectWord(file, block, 'FADB');
  const pages = { entries: 2 ** pageBits, many: Math.ceil(count / 2 ** pageBits) };
  const first = block + wordBytes + addressBytes;
  if (pages.many < 2) {
    yield* placesIn(first, count, entryBytes);
    return;
  }
  const bitmapBytes = Math.ceil(pages.many / 8);
  const written = await fields.bytes(first, bitmapBytes, 'the pages of an array');
  yield* pagedPlaces(first + bitmapBytes + checksumBytes, count, entryBytes, pages, (page) => hasBit(written, page));
}

function* placesIn(first: number, count: number, entryBytes: number): Generator<number> {
  for (let entry = 0; entry < count; entry++) yield first + entry * entryBytes;
}

/** Of how many entries pages are, and how many pages there are. */
interface Pages {
  readonly entries: number;
  readonly many: number;
}

/** The places of `count` entries in pages from `first` on, each with a checksum behind it, of which only some were ever written. */
function* pagedPlaces(
  first: number,
  count: number,
  entryBytes: number,
  { entries, many }: Pages,
  isWritten: (page: number) => boolean,
): Generator<number> {
  for (let page = 0; page < many && page * entries < count; page++)
    if (isWritten(page))
      yield* placesIn(
        first + page * (entries * entryBytes + checksumBytes),
        Math.min(entries, count - page * entries),
        entryBytes,
      );
}

/** Bits are counted from the highest of each byte. */
function hasBit(bytes: Uint8Array, bit: number): boolean {
  return ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

/** How a growing array is laid out; all are numbers of entries or blocks. */
interface Growth {
  readonly entryBytes: number;
  /** Bytes of a block's place in the array. */
  readonly offsetBytes: number;
  /** Entries that there are, of which the first are in the index block. */
  readonly count: number;
  readonly inIndex: number;
  /** Entries of the smallest data blocks, and of their pages. */
  readonly leastEntries: number;
  readonly pageEntries: number;
  /** Least pointers to data blocks in a secondary block. */
  readonly leastPointers: number;
}

/**
 * The places of the addresses in the extensible array whose header is at `at`: in its index block, in the data blocks that this
 * points to, and in those of its secondary blocks. Blocks that do not exist have no entries. Throws MalformedFileError.
 */
export async function* growingEntries(file: Hdf5File, at: number): AsyncGenerator<number> {
  const { fields, addressBytes } = file;
  const growth = await growthAt(file, at);
  const index = await file.address(at + 12 + 6 * file.lengthBytes, 'the index block of an array');
  if (index === undefined) return;
  await expectWord(file, index, 'EAIB');
  const { entryBytes, count, inIndex, leastEntries, leastPointers } = growth;
  const first = index + wordBytes + addressBytes;
  for (let entry = 0; entry < Math.min(count, inIndex); entry++) yield first + entry * entryBytes;
  let done = inIndex;
  let pointer = first + inIndex * entryBytes;
  const seen = new Set<number>();
  // Secondary block s has 2^⌊s/2⌋ data blocks of 2^⌈s/2⌉ times the least entries; of the first ones the index block itself has the pointers.
  const ownBlocks = 2 * Math.log2(leastPointers);
  for (let number = 0; done < count; number++) {
    const [blocks, entries] = [2 ** Math.floor(number / 2), leastEntries * 2 ** Math.ceil(number / 2)];
    if (number < ownBlocks) {
      yield* dataBlocks(pointer, blocks, entries);
      pointer += blocks * addressBytes;
      continue;
    }
    const secondary = await unseen(pointer, 'a secondary block');
    pointer += addressBytes;
    if (secondary === undefined) {
      done += blocks * entries;
      continue;
    }
    await expectWord(file, secondary, 'EASB');
    const start = secondary + wordBytes + addressBytes + growth.offsetBytes;
    const many = Math.ceil(entries / growth.pageEntries);
    const bitmapBytes = many > 1 ? blocks * Math.ceil(many / 8) : 0;
    const written = await fields.bytes(start, bitmapBytes, 'the pages of an array');
    yield* dataBlocks(start + bitmapBytes, blocks, entries, { entries: growth.pageEntries, many }, written);
  }

  async function* dataBlocks(
    pointers: number,
    blocks: number,
    entries: number,
    pages?: Pages,
    written: Uint8Array = new Uint8Array(),
  ): AsyncGenerator<number> {
    for (let block = 0; block < blocks && done < count; block++, done += entries) {
      const data = await unseen(pointers + block * addressBytes, 'a data block');
      if (data === undefined) continue;
      await expectWord(file, data, 'EADB');
      const start = data + wordBytes + addressBytes + growth.offsetBytes;
      const held = Math.min(entries, count - done);
      if (pages === undefined || pages.many < 2) yield* placesIn(start, held, entryBytes);
      else
        yield* pagedPlaces(start + checksumBytes, held, entryBytes, pages, (page) =>
          hasBit(written, block * pages.many + page),
        );
    }
  }

  async function unseen(place: number, what: string): Promise<number | undefined> {
    const address = await file.address(place, what);
    if (address !== undefined && seen.has(address)) fields.fail('an array that comes back to itself', address);
    if (address !== undefined) seen.add(address);
    return address;
  }
}

async function growthAt(file: Hdf5File, at: number): Promise<Growth> {
  const { fields, addressBytes, lengthBytes } = file;
  await expectWord(file, at, 'EAHD');
  const [entryBytes = 0, countBits = 0, inIndex = 0, leastEntries = 0, leastPointers = 0, pageBits = 0] =
    await fields.bytes(at + 6, 6, 'the layout of an array');
  const count = await numberAt(file, at + 12 + 4 * lengthBytes, lengthBytes, 'the length of an array');
  const isPossible = isPowerOf2(leastEntries) && isPowerOf2(leastPointers) && pageBits <= 31 && countBits <= 64;
  if (entryBytes !== addressBytes || !isPossible || !Number.isSafeInteger(count))
    fields.fail(`an array of ${count} entries of ${entryBytes} bytes that grows by ${leastEntries}`, at);
  const offsetBytes = Math.ceil(countBits / 8);
  return { entryBytes, offsetBytes, count, inIndex, leastEntries, pageEntries: 2 ** pageBits, leastPointers };
}

function isPowerOf2(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}
