import type { Archive } from '../../archive/archive.ts';
import { headerBytes } from '../../archive/frame.ts';
import { leaningsOf } from '../inner-base/leanings.ts';
import { modelDigest } from '../job/digests.ts';
import type { CompressReport, FileReport, TensorReport } from '../job/events.ts';

/** What a report says of a finished archive, whose blocks end at `blocksEnd`, and of what became of its tensors. */
export function figuresOf(
  archive: Archive,
  blocksEnd: number,
  reports: readonly TensorReport[],
): Pick<CompressReport, 'bytesOut' | 'sha256' | 'files' | 'tensors' | 'bytes' | 'proof' | 'approximation' | 'bases'> {
  const sources = archive.approximation?.sources;
  const files = archive.files.map(({ name, format, bytes, sha256 }, file) => {
    const sourceSha256 = sources?.[file];
    return { name, format, bytes, sha256, ...(sourceSha256 !== undefined && { sourceSha256 }) };
  });
  const tensors = reports.map((tensor, number): TensorReport => {
    const leansOn = leaningsOf(archive, number);
    return leansOn.length > 0 ? { ...tensor, leansOn } : tensor;
  });
  const tensorBytes = tensors.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
  return {
    bytesOut: archive.size,
    sha256: modelDigest(files),
    files,
    tensors,
    bytes: {
      tensors: tensorBytes,
      other: blocksEnd - headerBytes - tensorBytes,
      frame: archive.size - blocksEnd + headerBytes,
    },
    proof: sources ? 'approximation' : 'bytes',
    ...(sources && { approximation: approximationReport(files, tensors) }),
    ...(archive.bases.length > 0 && { bases: archive.bases }),
  };
}

function approximationReport(
  files: readonly FileReport[],
  tensors: readonly TensorReport[],
): NonNullable<CompressReport['approximation']> {
  const changed = tensors.filter(({ approximation }) => approximation !== undefined);
  const bits = 8 * changed.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
  const numbers = changed.reduce((sum, { shape }) => sum + shape.reduce((all, extent) => all * extent, 1), 0);
  return {
    sourceSha256: modelDigest(files.map(({ name, sourceSha256 }) => ({ name, sha256: sourceSha256 ?? '' }))),
    bitsPerWeight: numbers > 0 ? bits / numbers : 0,
    tensors: changed.length,
    kept: tensors.length - changed.length,
  };
}
