import { createHash } from 'node:crypto';
import { decodeTree, workspaceBytes } from '../codecs/graph.ts';
import { FeatherweightError } from '../errors.ts';
import { memorySource } from '../io/memory-source.ts';
import type { ByteSource } from '../io/source.ts';
import { Workspace } from '../kernels/workspace.ts';
import { scanSource } from '../models/scan.ts';
import type { Archive } from './archive.ts';
import { shortened } from './index-builder.ts';
import type { IndexText } from './index-text.ts';
import { mostWordless } from './left-out.ts';

/** Enough for the header of any file that is so short. */
const scanLimits = { headerBytes: 2 ** 22 };

/** For short files, of which many archives may be opened one after another. */
let small: Workspace | undefined;

/**
 * What an index leaves out that its only file tells of itself: that file is restored in memory and scanned. Nothing where it cannot be
 * restored, which whoever restores it is told, or breaks the rules of its format.
 */
export async function toldByFile(
  archive: Archive,
  source: ByteSource,
  { files: [stored] }: IndexText,
): Promise<Pick<IndexText, 'files' | 'tensors'> | undefined> {
  if (stored === undefined) return undefined;
  try {
    const bytes = await restored(archive, source);
    if (sha256(bytes) !== stored.sha256) return undefined;
    const { format, metadata, tensors } = await scanSource(memorySource(bytes, stored.name), scanLimits);
    return {
      files: [{ ...stored, format, metadata: shortened(metadata) }],
      tensors: {
        files: tensors.map(() => 0),
        names: tensors.map(({ name }) => name),
        dtypes: tensors.map(({ dtype }) => dtype),
        shapes: tensors.map(({ shape }) => [...shape]),
        offsets: tensors.map(({ offset }) => offset),
        lengths: tensors.map(({ byteLength }) => byteLength),
        sha256s: tensors.map(({ offset, byteLength }) => sha256(bytes.subarray(offset, offset + byteLength))),
      },
    };
  } catch (error) {
    if (error instanceof FeatherweightError && error.code !== 'IO') return undefined;
    throw error;
  }
}

async function restored(archive: Archive, source: ByteSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(archive.files[0]?.bytes ?? 0);
  const pieces = [...archive.pieces(0)];
  const workspace = workspaceFor(pieces.reduce((most, { block }) => Math.max(most, block.length), 0));
  for (const { block, start, length, fileOffset } of pieces) {
    const payload = new Uint8Array(block.storedLength);
    await source.read(block.offset, payload);
    const mark = workspace.mark();
    try {
      const decoded = decodeTree(payload, { length: block.length, width: block.width }, workspace);
      bytes.set(decoded.subarray(start, start + length), fileOffset);
    } finally {
      workspace.release(mark);
    }
  }
  return bytes;
}

function workspaceFor(blockLength: number): Workspace {
  if (blockLength > mostWordless) return new Workspace(workspaceBytes(blockLength));
  return (small ??= new Workspace(workspaceBytes(mostWordless)));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
