import type { IndexText } from './index-text.ts';

/** A file up to so many bytes is restored and scanned in some milliseconds, wherever its archive is opened. Part of the format. */
export const mostTelling = 2 ** 14;

const nothing: Pick<IndexText, 'tensors'> = {
  tensors: { files: [], names: [], dtypes: [], shapes: [], offsets: [], lengths: [], sha256s: [] },
};

/** Whether an index may leave out what its file tells of itself: of one short file that needs no other model to be restored. */
export function mayLeaveOut({ files, streams, bases, inner, approximation }: IndexText): boolean {
  const bytes = streams.lengths.reduce((sum, length) => sum + length, 0);
  const isAlone = bases === undefined && inner === undefined && approximation === undefined;
  return isAlone && files.length === 1 && bytes <= mostTelling && (files[0]?.bytes ?? 0) <= mostTelling;
}

/** Whether it does. */
export function leavesOut(index: IndexText): boolean {
  return mayLeaveOut(index) && index.files[0]?.format === 'bytes' && index.tensors.names.length === 0;
}

/** An index without that: format, metadata and tensors. */
export function leftOut(index: IndexText): IndexText {
  if (!mayLeaveOut(index)) return index;
  return { ...index, ...nothing, files: index.files.map((file) => ({ ...file, format: 'bytes', metadata: {} })) };
}
