import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedTensor } from '../../archive/archive.ts';
import { DamagedArchiveError } from '../../errors.ts';
import { ownFolder } from '../../io/own-folder.ts';
import type { Crew } from '../../workers/crew.ts';
import { AssemblyLine } from '../job/assembly-line.ts';
import type { Bases } from '../bases/bases.ts';
import { DecodePass } from '../decode/decode-pass.ts';
import { DigestFeed, emptyDigest } from '../job/digests.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { innerNeeds, type FileRun } from './needs.ts';
import { writeOrdered } from './write-ordered.ts';

interface Means {
  readonly crew: Crew;
  readonly slotBytes: number;
  readonly signal: AbortSignal;
  /** Where the base lies while it is needed. */
  readonly folder: string;
}

/**
 * The bases of an archive together with as much of that which it makes of itself as these ranges take. Each tensor that it is made
 * of is decoded and compared with its digest before; of a slice, only the checksums of its blocks are compared.
 */
export async function withInnerBase(
  bases: Bases,
  opened: OpenArchive,
  ranges: readonly FileRun[],
  means: Means,
  owner: AsyncDisposableStack,
): Promise<Bases> {
  const { archive } = opened;
  const number = archive.bases.length;
  const needed = innerNeeds(archive, ranges);
  if (needed.size === 0) return bases;
  const folder = await ownFolder(means.folder, '.featherweight-base', owner);
  const inner = owner.adopt(await open(join(folder, 'inner'), 'wx+'), (handle) => handle.close());
  for (const [tensor, members] of needed) {
    const path = join(folder, 'tensor');
    {
      await using plain = await open(path, 'wx+');
      const found = await decodeTensor(tensor, opened, bases, means, plain);
      if (![...members].some(({ isSlice }) => isSlice)) requireDigest(tensor, found);
      for (const part of members) {
        const read = (offset: number, bytes: Uint8Array) => plain.read(bytes, 0, bytes.length, offset);
        await writeOrdered(read, part, part, { handle: inner, start: part.start }, means.signal);
      }
    }
    await rm(path);
  }
  return {
    ...bases,
    range: (block) =>
      block.reference?.base === number
        ? { descriptor: inner.fd, offset: block.reference.offset, length: block.length }
        : bases.range(block),
  };
}

/** Decodes one tensor, or a slice, into a file; its sha256. */
async function decodeTensor(
  tensor: ArchivedTensor,
  { archive, source }: OpenArchive,
  bases: Bases,
  { crew, signal, slotBytes }: Means,
  { fd }: FileHandle,
): Promise<string> {
  const line = new AssemblyLine(crew, signal, undefined);
  const { descriptor } = source;
  const pass = new DecodePass({
    ...{ archive, descriptor, line, batchBytes: slotBytes, bases, checks: true, decoded: () => undefined },
  });
  let found = emptyDigest;
  const digests = new DigestFeed(
    crew,
    { key: 0, bytes: tensor.byteLength },
    { firstKey: 0, ranges: [] },
    { fileDigest: (_, sha256) => (found = sha256), tensorDigest: () => undefined },
  );
  const range = { file: tensor.file, offset: tensor.offset, length: tensor.byteLength };
  await line.fill(() => pass.addRange(range, digests, { descriptor: fd }));
  return found;
}

function requireDigest({ name, sha256 }: ArchivedTensor, found: string): void {
  if (!found.startsWith(sha256))
    throw new DamagedArchiveError(
      `"${name}", which other tensors are differences to, was restored with sha256 ${found}; it had ${sha256}.`,
      { name, found, expected: sha256 },
    );
}
