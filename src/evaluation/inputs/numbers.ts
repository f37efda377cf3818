import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { open } from 'node:fs/promises';
import { unzipSync, type UnzipFileInfo, type Unzipped } from 'fflate';
import { MalformedFileError, toFeatherweightError, UsageError } from '../../engine/errors.ts';
import type { ArrayFile, ElementType } from '../task/schema.ts';

/** Numbers of a file, read piece by piece. */
export interface Numbers extends AsyncDisposable {
  readonly length: number;
  /** Extents, outermost first, where the file tells them. */
  readonly shape: readonly number[] | undefined;
  /** `count` numbers from the element `offset`; throws MALFORMED when the file has not so many. */
  read(offset: number, count: number): Promise<Float64Array>;
}

/** A compressed file is opened as a whole; a bundled set has a few MB. */
const mostInflatedBytes = 2 ** 30;

const elementBytes: Readonly<Record<ElementType, number>> = {
  ...{ uint8: 1, int8: 1, bool: 1, uint16: 2, int16: 2, float16: 2 },
  ...{ int32: 4, float32: 4, int64: 8, float64: 8 },
};

const numpyTypes: Readonly<Record<string, ElementType>> = {
  '|u1': 'uint8',
  '|i1': 'int8',
  '|b1': 'bool',
  '<u2': 'uint16',
  '<i2': 'int16',
  '<f2': 'float16',
  '<i4': 'int32',
  '<f4': 'float32',
  '<i8': 'int64',
  '<f8': 'float64',
};

interface Bytes extends AsyncDisposable {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Opens an array of a .npy, .npz or raw file, which may be compressed. Throws NOT_FOUND, MALFORMED or USAGE. */
export async function openNumbers(path: string, { array, type }: ArrayFile): Promise<Numbers> {
  try {
    const compression = /\.(gz|zst)$/.exec(path)?.[1];
    const name = compression === undefined ? path : path.slice(0, -compression.length - 1);
    const isZip = name.endsWith('.npz');
    const file = await openFile(path);
    if (compression === undefined && !isZip) return await openArray(file, path, name.endsWith('.npy'), type);
    const whole = await file.read(0, file.size).finally(() => file[Symbol.asyncDispose]());
    const inflated = inMemory(inflate(whole, compression, path), path);
    if (!isZip) return await openArray(inflated, path, name.endsWith('.npy'), type);
    return await openArray(
      inMemory(member(await inflated.read(0, inflated.size), array, path), path),
      path,
      true,
      type,
    );
  } catch (thrown) {
    throw toFeatherweightError(thrown, `reading "${path}"`);
  }
}

async function openFile(path: string): Promise<Bytes> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(checkRange(offset, length, size, path));
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new MalformedFileError(`"${path}" was cut short while it was read.`, { file: path });
        done += bytesRead;
      }
      return bytes;
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

function inMemory(bytes: Uint8Array, path: string): Bytes {
  return {
    size: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, offset + checkRange(offset, length, bytes.length, path))),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function checkRange(offset: number, length: number, size: number, path: string): number {
  if (offset < 0 || length < 0 || offset + length > size)
    throw new MalformedFileError(
      `"${path}" has ${size} bytes; the task needs those from ${offset} to ${offset + length}.`,
      { file: path, offset, found: size },
    );
  return length;
}

function inflate(bytes: Uint8Array, compression: string | undefined, path: string): Uint8Array {
  if (compression === undefined) return bytes;
  try {
    const options = { maxOutputLength: mostInflatedBytes };
    return compression === 'gz' ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options);
  } catch (error) {
    throw new MalformedFileError(
      `"${path}" cannot be decompressed: ${error instanceof Error ? error.message : 'unknown reason'}.`,
      { file: path },
    );
  }
}

function member(zip: Uint8Array, wanted: string | undefined, path: string): Uint8Array {
  const names: string[] = [];
  const [bytes] = Object.values(
    unzip(zip, path, ({ name, originalSize }) => {
      names.push(name.replace(/\.npy$/, ''));
      return (
        (wanted === undefined ? names.length === 1 : name === `${wanted}.npy`) && originalSize <= mostInflatedBytes
      );
    }),
  );
  const has = names.length === 0 ? 'it has none' : `it has: ${names.slice(0, 20).join(', ')}`;
  if (wanted === undefined && names.length !== 1)
    throw new UsageError(`The task does not tell which "array" of "${path}" is meant; ${has}.`);
  const name = wanted ?? names[0] ?? '';
  if (bytes === undefined)
    throw names.includes(name)
      ? new MalformedFileError(`The array "${name}" of "${path}" has more than ${mostInflatedBytes} bytes.`, {
          file: path,
        })
      : new UsageError(`"${path}" has no array "${name}"; ${has}.`);
  return bytes;
}

function unzip(zip: Uint8Array, path: string, filter: (file: UnzipFileInfo) => boolean): Unzipped {
  try {
    return unzipSync(zip, { filter });
  } catch (error) {
    throw new MalformedFileError(
      `"${path}" cannot be read as an .npz: ${error instanceof Error ? error.message : 'unknown reason'}.`,
      { file: path },
    );
  }
}

async function openArray(
  bytes: Bytes,
  path: string,
  isNumpy: boolean,
  rawType: ElementType | undefined,
): Promise<Numbers> {
  const { type, shape, start } = isNumpy ? await numpyHead(bytes, path) : { type: rawType, shape: undefined, start: 0 };
  if (type === undefined)
    throw new UsageError(`The task does not tell the "type" of the raw numbers in "${path}", such as "uint8".`);
  const each = elementBytes[type];
  return {
    length: Math.floor((bytes.size - start) / each),
    shape,
    read: async (offset, count) => decode(await bytes.read(start + offset * each, count * each), type),
    [Symbol.asyncDispose]: () => bytes[Symbol.asyncDispose](),
  };
}

async function numpyHead(bytes: Bytes, path: string): Promise<{ type: ElementType; shape: number[]; start: number }> {
  const fail = (problem: string): never => {
    throw new MalformedFileError(`"${path}" is no .npy array that can be used: ${problem}.`, { file: path });
  };
  const head = await bytes.read(0, Math.min(bytes.size, 12));
  if (head.length < 12 || String.fromCharCode(...head.subarray(0, 6)) !== '\x93NUMPY')
    return fail('its head is missing');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const prefix = head[6] === 1 ? 10 : 12;
  const length = head[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const text = new TextDecoder('latin1').decode(await bytes.read(prefix, Math.min(length, 65_536)));
  const word = /'descr' *: *'([^']+)'/.exec(text)?.[1] ?? '';
  const shape = (/'shape' *: *\(([\d, ]*)\)/.exec(text)?.[1] ?? '').split(',').filter((part) => part.trim() !== '');
  const type = numpyTypes[word];
  if (type === undefined) return fail(`its type is "${word}"; possible are ${Object.keys(numpyTypes).join(' ')}`);
  if (/'fortran_order' *: *True/.test(text)) return fail('its elements stand in Fortran order');
  return { type, shape: shape.map(Number), start: prefix + length };
}

function decode(bytes: Uint8Array, type: ElementType): Float64Array {
  // Copied where it does not begin at a whole element; `slice` of what zlib gives would copy nothing.
  const { buffer, byteOffset: offset } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const count = bytes.length / elementBytes[type];
  switch (type) {
    case 'uint8':
    case 'bool':
      return Float64Array.from(bytes);
    case 'int8':
      return Float64Array.from(new Int8Array(buffer, offset, count));
    case 'uint16':
      return Float64Array.from(new Uint16Array(buffer, offset, count));
    case 'int16':
      return Float64Array.from(new Int16Array(buffer, offset, count));
    case 'float16':
      return Float64Array.from(new Float16Array(buffer, offset, count));
    case 'int32':
      return Float64Array.from(new Int32Array(buffer, offset, count));
    case 'float32':
      return Float64Array.from(new Float32Array(buffer, offset, count));
    case 'int64':
      return Float64Array.from(new BigInt64Array(buffer, offset, count), Number);
    case 'float64':
      return new Float64Array(buffer, offset, count);
  }
}
