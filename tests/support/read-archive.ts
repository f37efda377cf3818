import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Archive } from '../../src/engine/archive/archive.ts';
import { decodeTree, workspaceBytes } from '../../src/engine/codecs/graph.ts';
import { memorySource } from '../../src/engine/io/memory-source.ts';
import { Workspace } from '../../src/engine/kernels/workspace.ts';
import { DamagedArchiveError } from '../../src/engine/index.ts';

const workspace = new Workspace(workspaceBytes(2 ** 20));

/**
 * Restores all files of an archive in this thread, with every check that `verify` makes, for sweeps over thousands of
 * damaged copies. Throws as the engine does.
 */
export async function readArchive(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await Archive.open(memorySource(bytes, 'sweep'), { indexBytes: 2 ** 24 });
  const files = new Map<string, Uint8Array>();
  archive.files.forEach(({ name, bytes: size, sha256 }, file) => {
    const parts: Buffer[] = [];
    for (const { block, start, length } of archive.pieces(file)) {
      const shape = { length: block.length, width: block.width };
      const payload = bytes.subarray(block.offset, block.offset + block.storedLength);
      if (crc32(payload) !== block.crc32) throw new DamagedArchiveError('checksum');
      const mark = workspace.mark();
      parts.push(Buffer.from(decodeTree(payload, shape, workspace).subarray(start, start + length)));
      workspace.release(mark);
    }
    const restored = Buffer.concat(parts);
    if (restored.length !== size || digest(restored) !== sha256) throw new DamagedArchiveError('digest');
    files.set(name, restored);
  });
  for (const { file, offset, byteLength, sha256 } of archive.tensors) {
    const restored = files.get(archive.files[file]?.name ?? '');
    if (!restored || !digest(restored.subarray(offset, offset + byteLength)).startsWith(sha256))
      throw new DamagedArchiveError('tensor');
  }
  return files;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
