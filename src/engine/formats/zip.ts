import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import { limits } from '../limits.ts';
import { shown } from './json-reader.ts';
import { openWindow } from './window.ts';

/** A member of a zip file and where its bytes lie. Names are for display and look-up, never for the file system. */
export interface ZipMember {
  readonly name: string;
  /** Whether the bytes stand as they are, neither compressed nor encrypted. */
  readonly stored: boolean;
  readonly offset: number;
  /** Bytes in the zip file. */
  readonly byteLength: number;
}

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const locator64Signature = 0x07064b50;
const end64Signature = 0x06064b50;
const endBytes = 22;
const longestComment = 0xffff;
const centralBytes = 46;
const localBytes = 30;

/**
 * Lists the members of a zip file (PKWARE APPNOTE, with ZIP64) by its central directory, in the directory's order. Nothing
 * is inflated. Throws MalformedFileError where the directory and the members' own headers do not agree, so that no reader
 * can be shown another file than this one.
 */
export async function listZip(source: ByteSource, headerBytes: number): Promise<readonly ZipMember[]> {
  const { name: file } = source;
  const { start, byteLength, count } = await findDirectory(source);
  const most = Math.min(headerBytes, limits.headerBytes);
  if (byteLength > most)
    throw new MalformedFileError(`"${file}": the zip directory has ${byteLength} bytes; at most ${most} are read.`, {
      file,
    });
  const view = await viewAt(source, start, byteLength);
  const window = openWindow(source, 512);
  const names = new Set<string>();
  const members: ZipMember[] = [];
  let at = 0;
  while (at + centralBytes <= byteLength && view.getUint32(at, true) === centralSignature) {
    const { name, next, ...entry } = readCentral(view, at, file);
    at = next;
    if (names.has(name))
      throw new MalformedFileError(`"${file}": the zip member ${shown(name)} stands twice.`, { file });
    names.add(name);
    const disagree = (): never => {
      throw new MalformedFileError(
        `"${file}": the zip directory and byte ${entry.header} disagree on ${shown(name)}.`,
        { file, offset: entry.header },
      );
    };
    const local = viewOf(await window.at(entry.header, localBytes, 'a zip member'));
    if (local.getUint32(0, true) !== localSignature) disagree();
    const nameLength = local.getUint16(26, true);
    const offset = entry.header + localBytes + nameLength + local.getUint16(28, true);
    const ownName = await window.at(entry.header + localBytes, nameLength, 'the name of a zip member');
    if (textOf(ownName) !== name) disagree();
    if (offset + entry.byteLength > start)
      throw new MalformedFileError(`"${file}": the zip member ${shown(name)} runs into the zip directory.`, { file });
    members.push({ name, stored: entry.stored, offset, byteLength: entry.byteLength });
  }
  if (members.length !== count)
    throw new MalformedFileError(`"${file}": the zip directory says ${count} members and lists ${members.length}.`, {
      file,
    });
  return members;
}

/**
 * Where the zip file begins that the source ends with, when other bytes may be before it: its directory ends at its end, and
 * says how far behind its begin it stands. Throws MalformedFileError.
 */
export async function findZipStart(source: ByteSource): Promise<number> {
  const { start, byteLength, end } = await findDirectory(source);
  const before = end - byteLength - start;
  if (before <= 0 || before + localBytes > source.size) return 0;
  const first = await viewAt(source, before, 4);
  return first.getUint32(0, true) === localSignature ? before : 0;
}

interface Directory {
  /** As the file says, counted from where the zip file begins. */
  readonly start: number;
  readonly byteLength: number;
  readonly count: number;
  /** Where the records of the directory's end begin. */
  readonly end: number;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  // Nearly none has a comment, and some files are thousands of zip files one behind another.
  return (
    (await directoryIn(source, endBytes)) ?? (await directoryIn(source, endBytes + longestComment)) ?? noEnd(source)
  );
}

function noEnd({ name: file }: ByteSource): never {
  throw new MalformedFileError(
    `"${file}": the end of the zip directory is missing; the file is cut short or no zip file.`,
    { file },
  );
}

/** The directory whose end record begins in the last `tailBytes` bytes, if there is one. */
async function directoryIn(source: ByteSource, tailBytes: number): Promise<Directory | undefined> {
  const { name: file, size } = source;
  const tailStart = Math.max(0, size - tailBytes);
  const tail = await viewAt(source, tailStart, size - tailStart);
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== endSignature) continue;
    if (at + endBytes + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    const short = {
      count: tail.getUint16(at + 10, true),
      byteLength: tail.getUint32(at + 12, true),
      start: tail.getUint32(at + 16, true),
      end: tailStart + at,
    };
    const full = (await findDirectory64(source, tailStart + at)) ?? short;
    if (full.start + full.byteLength > tailStart + at)
      throw new MalformedFileError(
        `"${file}": the zip directory takes bytes ${full.start} to ${full.start + full.byteLength}, but must end before byte ${tailStart + at}.`,
        { file },
      );
    return full;
  }
  return undefined;
}

async function findDirectory64(source: ByteSource, end: number): Promise<Directory | undefined> {
  const locatorBytes = 20;
  const end64Bytes = 56;
  if (end < locatorBytes + end64Bytes) return undefined;
  const locator = await viewAt(source, end - locatorBytes, locatorBytes);
  if (locator.getUint32(0, true) !== locator64Signature) return undefined;
  const said = Number(locator.getBigUint64(8, true));
  const { name: file } = source;
  const beside = end - locatorBytes - end64Bytes;
  if (said > beside)
    throw new MalformedFileError(
      `"${file}": the ZIP64 directory end is said to be at byte ${said}, outside the file.`,
      { file },
    );
  // What is said counts from where the zip file begins, which need not be where the source does.
  const isBeside = (await viewAt(source, beside, 4)).getUint32(0, true) === end64Signature;
  const place = isBeside ? beside : said;
  const record = await viewAt(source, place, end64Bytes);
  if (record.getUint32(0, true) !== end64Signature)
    throw new MalformedFileError(`"${file}": there is no ZIP64 directory end at byte ${place}.`, { file });
  const [count, byteLength, start] = [32, 40, 48].map((at) => Number(record.getBigUint64(at, true)));
  return { count: count ?? 0, byteLength: byteLength ?? 0, start: start ?? 0, end: place };
}

interface CentralEntry {
  readonly name: string;
  readonly stored: boolean;
  readonly byteLength: number;
  /** Where the member's own header is. */
  readonly header: number;
  readonly next: number;
}

function readCentral(view: DataView, at: number, file: string): CentralEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const extra = at + centralBytes + (nameLength ?? 0);
  const next = extra + (extraLength ?? 0) + (commentLength ?? 0);
  if (next > view.byteLength) throw new MalformedFileError(`"${file}": the zip directory is cut short.`, { file });
  const name = textOf(new Uint8Array(view.buffer, view.byteOffset + at + centralBytes, nameLength));
  const wide = wideFields(view, extra, extraLength ?? 0);
  const field = (place: number): number => {
    const value = view.getUint32(at + place, true);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  // The order of APPNOTE 4.5.3: what is too wide stands in the extra field in this order.
  const original = field(24);
  const byteLength = field(20);
  const header = field(42);
  return { name, stored: method === 0 && (flags & 1) === 0 && original === byteLength, byteLength, header, next };
}

function wideFields(view: DataView, start: number, length: number): number[] {
  const zip64 = 1;
  for (let at = start; at + 4 <= start + length;) {
    const bytes = view.getUint16(at + 2, true);
    const end = Math.min(at + 4 + bytes, start + length);
    if (view.getUint16(at, true) === zip64) {
      const values: number[] = [];
      for (let place = at + 4; place + 8 <= end; place += 8) values.push(Number(view.getBigUint64(place, true)));
      return values;
    }
    at = end;
  }
  return [];
}

async function viewAt(source: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = new Uint8Array(length);
  await source.read(offset, bytes);
  return viewOf(bytes);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
