import { limits } from '../../limits.ts';
import { expectWord, type Hdf5File } from './file.ts';
import { openHeap } from './heap.ts';
import { messageTypes, type Message } from './object-header.ts';
import { recordsOf } from './records.ts';

/** An object in a group, by name; `header` is where the object's header is. */
export interface Member {
  readonly name: string;
  readonly header: number;
}

const symbolicLink = 2;

/**
 * The members of a group whose header has these messages; links by path and to other files are left out. `skipped` hears of those that
 * are kept in a way that is not read.
 */
export async function membersOf(
  file: Hdf5File,
  messages: readonly Message[],
  skipped: () => void,
): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (const message of messages)
    if (message.type === messageTypes.symbolTable) members.push(...(await readSymbolTable(file, message)));
    else if (message.type === messageTypes.linkInfo) members.push(...(await readDenseLinks(file, message, skipped)));
    else if (message.type === messageTypes.link) {
      const member = await readLink(file, message);
      if (member !== undefined) members.push(member);
    }
  return members;
}

/** Members whose links are in a heap of their own, found by the tree of their names. `skipped` hears of links that are not read. */
async function readDenseLinks(file: Hdf5File, { start }: Message, skipped: () => void): Promise<readonly Member[]> {
  const { fields, addressBytes } = file;
  const flags = await fields.unsigned(start + 1, 1, 'the link information');
  const at = start + 2 + ((flags & 1) === 0 ? 0 : 8);
  const heapAt = await file.address(at, 'the heap of links');
  const names = await file.address(at + addressBytes, 'the names of a group');
  if (heapAt === undefined || names === undefined) return [];
  const heap = await openHeap(file, heapAt);
  const members: Member[] = [];
  for await (const record of recordsOf(file, names, hashBytes + heap.idBytes)) {
    const object = await heap.find(record + hashBytes);
    if (object === undefined) skipped();
    const member = object && (await readLink(file, object));
    if (member !== undefined) members.push(member);
  }
  return members;
}

/** Before the identifier of a link in the tree of names. */
const hashBytes = 4;

async function readSymbolTable(file: Hdf5File, { start }: Message): Promise<readonly Member[]> {
  const { fields, addressBytes, lengthBytes } = file;
  const tree = await file.address(start, 'the tree of a group');
  const heap = await file.address(start + addressBytes, 'the names of a group');
  if (tree === undefined || heap === undefined) return [];
  await expectWord(file, heap, 'HEAP');
  const namesBytes = await file.length(heap + 8, 'the length of the names of a group');
  const names = await file.address(heap + 8 + 2 * lengthBytes, 'the names of a group');
  if (names === undefined) return [];
  if (!(names + namesBytes <= fields.size)) fields.fail('the names of a group leave the file; they are named', heap);
  const members: Member[] = [];
  for await (const node of leavesOf(file, tree, lengthBytes)) {
    await expectWord(file, node, 'SNOD');
    const count = await fields.unsigned(node + 6, 2, 'the length of a symbol table');
    for (let index = 0; index < count; index++) {
      const at = node + 8 + index * (2 * addressBytes + 24);
      const nameAt = await plainAddress(file, at);
      const header = await file.address(at + addressBytes, 'an object of a group');
      const kind = await fields.unsigned(at + 2 * addressBytes, 4, 'the kind of a symbol');
      if (kind === symbolicLink || header === undefined) continue;
      if (nameAt >= namesBytes) fields.fail(`a name is said to be at ${nameAt} of ${namesBytes}; it is named`, at);
      members.push({ name: await nameIn(file, names + nameAt, names + namesBytes), header });
    }
  }
  return members;
}

/**
 * The children of the lowest nodes of the version 1 B-tree at `root`, whose keys take `keyBytes`. Throws MalformedFileError
 * where a node is reached twice.
 */
export async function* leavesOf(file: Hdf5File, root: number, keyBytes: number): AsyncGenerator<number> {
  for await (const { child } of childrenOf(file, root, keyBytes)) yield child;
}

/** The same with the place of the key before each child. */
export async function* childrenOf(
  file: Hdf5File,
  root: number,
  keyBytes: number,
): AsyncGenerator<{ readonly key: number; readonly child: number }> {
  const { fields, addressBytes } = file;
  const seen = new Set([root]);
  const nodes = [root];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    await expectWord(file, node, 'TREE');
    const level = await fields.unsigned(node + 5, 1, 'the level of a tree');
    const count = await fields.unsigned(node + 6, 2, 'the length of a tree');
    const first = node + 8 + 2 * addressBytes;
    const below: number[] = [];
    for (let index = 0; index < count; index++) {
      const key = first + index * (keyBytes + addressBytes);
      const child = await file.address(key + keyBytes, 'a node of a tree');
      if (child === undefined) continue;
      if (level === 0) yield { key, child };
      else if (seen.has(child)) fields.fail('a tree that comes back to itself', key);
      else {
        seen.add(child);
        below.push(child);
      }
    }
    nodes.push(...below.reverse());
  }
}

/** Version 1 of the link message: hard links are 0, soft and external links have a type of their own. */
async function readLink(file: Hdf5File, { start, end }: Pick<Message, 'start' | 'end'>): Promise<Member | undefined> {
  const { fields } = file;
  const flags = await fields.unsigned(start + 1, 1, 'a link');
  let at = start + 2;
  if ((flags & 8) !== 0 && (await fields.unsigned(at++, 1, 'the type of a link')) !== 0) return undefined;
  if ((flags & 4) !== 0) at += 8;
  if ((flags & 0x10) !== 0) at += 1;
  const widths = [1, 2, 4] as const;
  const width = widths[flags & 3];
  if (width === undefined) return fields.fail('a link whose name has a length of 8 bytes', start);
  const length = await fields.unsigned(at, width, 'the length of a name');
  at += width;
  if (at + length + file.addressBytes > end) fields.fail(`a name of ${length} bytes leaves its link`, start);
  const name = await fields.text(at, length, 'the name of a link');
  const header = await file.address(at + length, 'an object of a group');
  return header === undefined ? undefined : { name, header };
}

async function nameIn(file: Hdf5File, at: number, end: number): Promise<string> {
  const bytes = await file.fields.bytes(at, Math.min(end - at, limits.nameBytes * 4), 'a name');
  const length = bytes.indexOf(0);
  return file.fields.text(at, length < 0 ? bytes.length : length, 'a name');
}

async function plainAddress({ fields, addressBytes }: Hdf5File, at: number): Promise<number> {
  return addressBytes === 4 ? fields.unsigned(at, 4, 'a name') : fields.u64(at, 'a name');
}
