import type { Fields } from '../fields.ts';

/** An HDF5 file: how wide its addresses and lengths are, and where its tree of objects begins. */
export interface Hdf5File {
  readonly fields: Fields;
  readonly addressBytes: 4 | 8;
  readonly lengthBytes: 4 | 8;
  /** Where the header of the root group is. */
  readonly root: number;
  /** The address at `at`, counted from the start of the file; `undefined` where the file says that there is none. */
  address(at: number, what: string): Promise<number | undefined>;
  /** The length at `at`. */
  length(at: number, what: string): Promise<number>;
}

export const signature = '\x89HDF\r\n\x1a\n';

/** Reads the superblock, which must begin the file, in its versions 0 to 3. Throws MalformedFileError. */
export async function openHdf5(fields: Fields): Promise<Hdf5File> {
  const start = await fields.bytes(0, signature.length, 'the signature');
  if (String.fromCharCode(...start) !== signature) fields.fail('there is no signature', 0);
  const version = await fields.unsigned(8, 1, 'the version');
  if (version > 3) fields.fail(`the version is ${version}; 0 to 3 are read`, 8);
  const old = version < 2;
  const addressBytes = await widthAt(fields, old ? 13 : 9);
  const lengthBytes = await widthAt(fields, old ? 14 : 10);
  const addresses = old ? (version === 0 ? 24 : 28) : 12;
  const number = (at: number, bytes: 4 | 8, what: string): Promise<number> =>
    bytes === 4 ? fields.unsigned(at, 4, what) : fields.u64(at, what);
  const base = await number(addresses, addressBytes, 'the base address');
  const address = async (at: number, what: string): Promise<number | undefined> => {
    const value = await number(at, addressBytes, what);
    if (addressBytes === 4 ? value === 0xffffffff : value >= 2 ** 64 - 2048) return undefined;
    if (base + value > fields.size)
      fields.fail(`${what} is at byte ${base + value}, outside the file; it is named`, at);
    return base + value;
  };
  // The older kind has a symbol table entry in that place, whose second field is the header's address.
  const rootAt = old ? addresses + 4 * addressBytes + addressBytes : addresses + 3 * addressBytes;
  const root = (await address(rootAt, 'the root group')) ?? fields.fail('there is no root group', rootAt);
  return {
    fields,
    addressBytes,
    lengthBytes,
    root,
    address,
    length: (at, what) => number(at, lengthBytes, what),
  };
}

async function widthAt(fields: Fields, at: number): Promise<4 | 8> {
  const width = await fields.unsigned(at, 1, 'a width');
  return width === 4 || width === 8
    ? width
    : fields.fail(`addresses or lengths of ${width} bytes; 4 and 8 are read`, at);
}

/** Throws MalformedFileError unless the structure at `at` begins with its word. */
export async function expectWord({ fields }: Hdf5File, at: number, word: string): Promise<void> {
  if (String.fromCharCode(...(await fields.bytes(at, 4, `a "${word}"`))) !== word)
    fields.fail(`there is no "${word}"`, at);
}
