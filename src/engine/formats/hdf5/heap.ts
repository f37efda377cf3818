import { expectWord, type Hdf5File } from './file.ts';
import { numberAt } from './records.ts';

/** A run of bytes in a heap, by its place in the file. */
export interface HeapObject {
  readonly start: number;
  readonly end: number;
}

/** A heap of objects of many lengths, which are told by identifiers of `idBytes` bytes. */
export interface FractalHeap {
  readonly idBytes: number;
  /** The object whose identifier is at `at`; nothing for kinds of objects that are not read. Throws MalformedFileError. */
  find(at: number): Promise<HeapObject | undefined>;
}

interface Shape {
  readonly width: number;
  readonly firstBytes: number;
  readonly mostDirect: number;
  /** Bytes of an offset in the heap. */
  readonly offsetBytes: number;
}

/** Opens the fractal heap whose header is at `at`. Throws MalformedFileError. */
export async function openHeap(file: Hdf5File, at: number): Promise<FractalHeap> {
  const { fields, addressBytes, lengthBytes } = file;
  await expectWord(file, at, 'FRHP');
  const idBytes = await fields.unsigned(at + 5, 2, 'the length of an identifier');
  const filterBytes = await fields.unsigned(at + 7, 2, 'the filters of a heap');
  const table = at + 14 + 10 * lengthBytes + 2 * addressBytes;
  const width = await fields.unsigned(table, 2, 'the width of a heap');
  const firstBytes = await file.length(table + 2, 'the size of a block');
  const mostDirect = await file.length(table + 2 + lengthBytes, 'the size of a block');
  const sizeBits = await fields.unsigned(table + 2 + 2 * lengthBytes, 2, 'the size of a heap');
  const root = await file.address(table + 6 + 2 * lengthBytes, 'the root of a heap');
  const rows = await fields.unsigned(table + 6 + 2 * lengthBytes + addressBytes, 2, 'the rows of a heap');
  const shape: Shape = { width, firstBytes, mostDirect, offsetBytes: Math.ceil(sizeBits / 8) };
  const lengthWidth = idBytes - 1 - shape.offsetBytes;
  if (!(width > 0 && firstBytes > 0 && mostDirect >= firstBytes && lengthWidth > 0 && lengthWidth <= 8))
    fields.fail('a heap whose blocks have no size that can be', at);
  return {
    idBytes,
    async find(idAt) {
      const kind = await fields.unsigned(idAt, 1, 'an identifier');
      if ((kind & 0xf0) !== 0 || filterBytes > 0 || root === undefined) return undefined;
      const offset = await numberAt(file, idAt + 1, shape.offsetBytes, 'an offset in a heap');
      const length = await numberAt(file, idAt + 1 + shape.offsetBytes, lengthWidth, 'the length of an object');
      const block = await blockAt(file, shape, { address: root, rows, start: 0 }, offset);
      const start = block.address + offset - block.start;
      if (offset - block.start + length > block.bytes) fields.fail('an object leaves its block of a heap', idAt);
      if (!(start + length <= fields.size)) fields.fail('an object of a heap leaves the file; it is named', idAt);
      return { start, end: start + length };
    },
  };
}

/** The direct block of a heap that has the place `offset`, in the block at `address`; `rows` is 0 where that is one itself. */
async function blockAt(
  file: Hdf5File,
  shape: Shape,
  { address, rows, start }: { readonly address: number; readonly rows: number; readonly start: number },
  offset: number,
  blockBytes = shape.firstBytes,
): Promise<{ readonly address: number; readonly start: number; readonly bytes: number }> {
  const { fields, addressBytes } = file;
  const { width, firstBytes, mostDirect, offsetBytes } = shape;
  if (rows === 0) {
    await expectWord(file, address, 'FHDB');
    return { address, start, bytes: blockBytes };
  }
  await expectWord(file, address, 'FHIB');
  let [entry, begin] = [address + 5 + addressBytes + offsetBytes, start];
  for (let row = 0; row < rows; row++) {
    const bytes = firstBytes * 2 ** Math.max(0, row - 1);
    const column = Math.floor((offset - begin) / bytes);
    if (column < width) {
      const child =
        (await file.address(entry + column * addressBytes, 'a block of a heap')) ??
        fields.fail('a block of a heap that is not there', entry);
      const rowsBelow = bytes <= mostDirect ? 0 : Math.floor(Math.log2(bytes / (firstBytes * width))) + 1;
      if (rowsBelow >= rows) fields.fail('a block of a heap that is as large as the one around it', entry);
      const below = { address: child, rows: rowsBelow, start: begin + column * bytes };
      return blockAt(file, shape, below, offset, bytes);
    }
    entry += width * addressBytes;
    begin += width * bytes;
  }
  return fields.fail('a place outside a heap', address);
}
