import { encodeIndex, type IndexText } from './index-text.ts';

/**
 * A file up to so many bytes is restored and scanned in a fraction of a second at most, wherever its archive is opened. Part of the
 * format.
 */
export const mostTelling = 2 ** 22;
/** Of a file up to so many bytes the index need not even tell the format, since looking takes some milliseconds. Part of the format. */
export const mostWordless = 2 ** 14;

/** What a longer file tells of itself must take at least this share of its archive, for the time that opening that takes. */
const worthLooking = 0.002;

const nothing: Pick<IndexText, 'tensors'> = {
  tensors: { files: [], names: [], dtypes: [], shapes: [], offsets: [], lengths: [], sha256s: [] },
};

/** Whether an index may leave out what its file tells of itself: of one file, not too long, that needs no other model to be restored. */
export function mayLeaveOut({ files, streams, bases, inner, approximation }: IndexText): boolean {
  const bytes = streams.lengths.reduce((sum, length) => sum + length, 0);
  const isAlone = bases === undefined && inner === undefined && approximation === undefined;
  return isAlone && files.length === 1 && bytes <= mostTelling && (files[0]?.bytes ?? 0) <= mostTelling;
}

/** Whether it does. */
export function leavesOut(index: IndexText): boolean {
  if (!mayLeaveOut(index) || index.tensors.names.length > 0) return false;
  const { bytes = 0, format, metadata = {} } = index.files[0] ?? {};
  return isWordless(index) ? format === 'bytes' : bytes > 0 && format !== 'bytes' && Object.keys(metadata).length === 0;
}

/** An index without that: metadata and tensors, and of a short file the format. */
export function leftOut(index: IndexText): IndexText {
  if (!mayLeaveOut(index)) return index;
  const isShort = isWordless(index);
  return {
    ...index,
    ...nothing,
    files: index.files.map((file) => ({ ...file, format: isShort ? 'bytes' : file.format, metadata: {} })),
  };
}

/** Whether leaving it out, which takes `saved` of the archive's `size` bytes away, is worth the time of finding it again. */
export function isWorthLeavingOut(index: IndexText, saved: number, size: number): boolean {
  return isWordless(index) || saved > worthLooking * size;
}

/** About the bytes of an index with what is worth leaving out left out, behind blocks of `blocksBytes`. */
export function draftLength(index: IndexText, blocksBytes: number): number {
  const full = encodeIndex(index, true).length;
  if (!mayLeaveOut(index)) return full;
  const short = encodeIndex(leftOut(index), true).length;
  return isWorthLeavingOut(index, full - short, blocksBytes + full) ? short : full;
}

function isWordless({ files, streams }: IndexText): boolean {
  const bytes = streams.lengths.reduce((sum, length) => sum + length, 0);
  return bytes <= mostWordless && (files[0]?.bytes ?? 0) <= mostWordless;
}
