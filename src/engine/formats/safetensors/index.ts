import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { byteLengthOf, dtypeInfo, isDType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { shown } from '../json-reader.ts';
import { noticeList, type NoticeList } from '../notice-list.ts';
import { sortRanges } from '../ranges.ts';
import { readHeader, type HeaderEntry } from './header.ts';

const prefixBytes = 8;

/** Safetensors: a length, a JSON header and the tensors. See spec.md for what is refused and what is only noticed. */
export const safetensors: Format = {
  id: 'safetensors',
  title: 'Safetensors',
  extensions: ['.safetensors'],
  detect(head, fileName) {
    if (fileName.toLowerCase().endsWith('.safetensors')) return true;
    if (head.length < prefixBytes + 2) return false;
    const [length, next] = [headerLength(head), head[prefixBytes + 1] ?? 0];
    return (
      length >= 2n &&
      length < 2n ** 32n &&
      head[prefixBytes] === 0x7b &&
      '"} \n\r\t'.includes(String.fromCharCode(next))
    );
  },
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const dataStart = prefixBytes + (await readLength(source, Math.min(headerBytes, limits.headerBytes)));
  const bytes = new Uint8Array(dataStart - prefixBytes);
  await source.read(prefixBytes, bytes);
  const notices = noticeList();
  const { entries, metadata } = readHeader(bytes, source.name, notices);
  refuseShort(entries, source, dataStart);
  const tensors = sortRanges(
    source,
    entries.map((entry) => placed(entry, dataStart, notices)),
  );
  noticeGaps(tensors, dataStart, source.size, notices);
  return { format: safetensors.id, tensors, metadata, notices: notices.all() };
}

function headerLength(head: Uint8Array): bigint {
  return new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true);
}

async function readLength(source: ByteSource, most: number): Promise<number> {
  const { name: file, size } = source;
  if (size < prefixBytes)
    throw new MalformedFileError(`"${file}" is ${size} bytes long; a safetensors file has 8 and a header.`, {
      file,
      size,
    });
  const head = new Uint8Array(prefixBytes);
  await source.read(0, head);
  const length = headerLength(head);
  if (length > BigInt(size - prefixBytes))
    throw new MalformedFileError(
      `"${file}": the header is said to be ${length} bytes long (byte 0), but only ${size - prefixBytes} follow; the file is cut short or no safetensors file.`,
      { file, offset: 0, length: String(length), size },
    );
  if (length > BigInt(most))
    throw new MalformedFileError(`"${file}": the header is ${length} bytes long (byte 0); at most ${most} are read.`, {
      file,
      offset: 0,
      length: Number(length),
      allowed: most,
    });
  return Number(length);
}

/** Names the tensor that needs the longest file, so that the message says how much is missing in all. */
function refuseShort(entries: readonly HeaderEntry[], { name: file, size }: ByteSource, dataStart: number): void {
  let last: HeaderEntry | undefined;
  for (const entry of entries) if (entry.end > (last?.end ?? 0)) last = entry;
  const missing = dataStart + (last?.end ?? 0) - size;
  if (last === undefined || missing <= 0) return;
  throw new MalformedFileError(
    `"${file}" ends ${missing} bytes early: the tensor ${shown(last.name)} ends at byte ${dataStart + last.end}, but the file has ${size}.`,
    { file, tensor: last.name, end: dataStart + last.end, size, missing },
  );
}

function placed(entry: HeaderEntry, dataStart: number, notices: NoticeList): TensorRange {
  const { name, shape, begin, end } = entry;
  const offset = dataStart + begin;
  const byteLength = end - begin;
  return { name, dtype: checkedDtype(entry, offset, notices), shape, offset, byteLength };
}

/** The entry's dtype word; one that is no dtype of ours where the bytes are not whole elements of it, so that they are coded as bytes. */
function checkedDtype({ name, dtype, shape, begin, end }: HeaderEntry, offset: number, notices: NoticeList): string {
  if (!isDType(dtype)) {
    notices.add(
      'dtype',
      `The tensor ${shown(name)} has an unknown dtype ${shown(dtype)}; its bytes are kept as they are.`,
      offset,
    );
    return dtype;
  }
  const byteLength = end - begin;
  const { bits } = dtypeInfo(dtype);
  const expected = byteLengthOf(dtype, shape);
  if (expected !== byteLength)
    notices.add(
      'length',
      `The tensor ${shown(name)} is ${byteLength} bytes long, but ${dtype} [${shape.join(', ')}] takes ${expected ?? 'more than can be counted'}.`,
      offset,
    );
  else if (bits < 8 && shape.reduce((product, extent) => product * extent, bits) % 8 !== 0)
    notices.add('odd', `The tensor ${shown(name)} ends inside a byte; the safetensors library refuses that.`, offset);
  if (offset % Math.max(1, bits / 8) !== 0)
    notices.add('align', `The tensor ${shown(name)} is not aligned to its ${bits / 8}-byte elements.`, offset);
  return bits >= 8 && byteLength % (bits / 8) !== 0 ? `${dtype}?` : dtype;
}

function noticeGaps(tensors: readonly TensorRange[], dataStart: number, size: number, notices: NoticeList): void {
  let end = dataStart;
  for (const { name, offset, byteLength } of tensors) {
    if (offset > end)
      notices.add('hole', `${offset - end} bytes before the tensor ${shown(name)} belong to none.`, end);
    end = offset + byteLength;
  }
  if (size > end) notices.add('tail', `${size - end} bytes follow the last tensor.`, end);
}
