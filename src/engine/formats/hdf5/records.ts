import { expectWord, type Hdf5File } from './file.ts';

/** Bytes of a node that are no records: word, version, type and checksum. */
const frameBytes = 10;
const wordBytes = 6;

/**
 * The places of all records of the version 2 B-tree whose header is at `at`, each of `recordBytes` bytes or more. Throws
 * MalformedFileError, also where a node is reached twice.
 */
export async function* recordsOf(file: Hdf5File, at: number, recordBytes: number): AsyncGenerator<number> {
  const { fields, addressBytes } = file;
  await expectWord(file, at, 'BTHD');
  const nodeBytes = await fields.unsigned(at + 6, 4, 'the size of a node');
  const stride = await fields.unsigned(at + 10, 2, 'the size of a record');
  const depth = await fields.unsigned(at + 12, 2, 'the depth of a tree');
  const root = await file.address(at + 16, 'the root of a tree');
  const count = await fields.unsigned(at + 16 + addressBytes, 2, 'the length of a tree');
  if (root === undefined) return;
  if (stride < recordBytes || nodeBytes < frameBytes + stride || depth > mostDepth)
    fields.fail(`a tree of ${depth} levels with nodes of ${nodeBytes} and records of ${stride} bytes`, at);
  const widths = countWidths(nodeBytes, stride, depth, addressBytes);
  const seen = new Set<number>();
  yield* walk(root, count, depth);

  async function* walk(node: number, records: number, level: number): AsyncGenerator<number> {
    if (seen.has(node)) fields.fail('a tree that comes back to itself', node);
    seen.add(node);
    await expectWord(file, node, level === 0 ? 'BTLF' : 'BTIN');
    const first = node + wordBytes;
    for (let record = 0; record < records; record++) yield first + record * stride;
    if (level === 0) return;
    const [own, below] = [widths.records, level > 1 ? (widths.totals[level - 1] ?? 0) : 0];
    let pointer = first + records * stride;
    for (let child = 0; child <= records; child++, pointer += addressBytes + own + below) {
      const address = await file.address(pointer, 'a node of a tree');
      const held = await numberAt(file, pointer + addressBytes, own, 'the length of a node');
      if (address !== undefined) yield* walk(address, held, level - 1);
    }
  }
}

/** Trees of more levels would have more records than files have bytes. */
const mostDepth = 16;

/** How many bytes the counts in a tree take: of the records in a node, and of those in it and below it, by level. */
function countWidths(nodeBytes: number, stride: number, depth: number, addressBytes: number) {
  const most = Math.floor((nodeBytes - frameBytes) / stride);
  const records = bytesFor(most);
  let total = most;
  const totals = [bytesFor(most)];
  for (let level = 1; level < depth; level++) {
    const pointer = addressBytes + records + (level > 1 ? (totals[level - 1] ?? 0) : 0);
    const inNode = Math.max(0, Math.floor((nodeBytes - frameBytes - pointer) / (stride + pointer)));
    total = (inNode + 1) * total + inNode;
    totals.push(bytesFor(total));
  }
  return { records, totals };
}

function bytesFor(limit: number): number {
  return Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;
}

/** A whole number of `bytes` bytes; above 2^53 no safe integer. */
export async function numberAt({ fields }: Hdf5File, at: number, bytes: number, what: string): Promise<number> {
  const found = await fields.bytes(at, bytes, what);
  return found.reduceRight((value, byte) => 256 * value + byte, 0);
}
