import { createHash } from 'node:crypto';
import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { FileIdentity } from '../io/file-source.ts';
import { withSuffix } from '../io/long-name.ts';
import { isLeftover } from '../io/output-file.ts';
import { isGone, thisProcess } from '../io/owner.ts';

/** A block of an unfinished archive that was written, read back and found equal to the original. */
export interface JournaledBlock {
  readonly storedLength: number;
  readonly crc32: number;
  /** The codecs that it came to, in words. */
  readonly codec: string;
  readonly usesReference: boolean;
}

/** What a stopped run left. */
export interface Leftover {
  /** Of the archive's blocks, the first so many. */
  readonly blocks: readonly JournaledBlock[];
  /** Bytes of the journal that are whole. */
  readonly journalBytes: number;
}

const version = 1;
/** Some million blocks; a larger journal is not one of ours. */
const mostBytes = 2 ** 28;
/** Journals that this process is writing. */
const inUse = new Set<string>();

/** The name of the journal of an archive that is not finished. */
export function journalName(path: string): string {
  return withSuffix(path, '.journal');
}

/** A fingerprint of everything that decides what an archive's bytes will be. */
export function journalKey(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/**
 * Reads what a run with the same key left beside `path`; nothing where there is no journal, or it is another run's, or its
 * owner is still at work. A torn end is left out. Nothing in it is believed: blocks are proved again before they count.
 */
export async function readLeftover(path: string, key: string): Promise<Leftover | undefined> {
  const name = journalName(path);
  if (inUse.has(name)) return undefined;
  const bytes = await stat(name).then(
    (status) => (status.isFile() && status.size <= mostBytes ? readFile(name) : undefined),
    () => undefined,
  );
  if (bytes === undefined) return undefined;
  const blocks: JournaledBlock[] = [];
  let [owner, at] = ['', 0];
  for (let isFirst = true; ; isFirst = false) {
    const end = bytes.indexOf(0x0a, at);
    const line = end < 0 ? undefined : parseLine(bytes.subarray(at, end).toString());
    if (line === undefined) break;
    if (isFirst && (line.journal !== version || line.key !== key)) return undefined;
    if (line.owner !== undefined) owner = line.owner;
    if (line.blocks !== undefined) {
      if (line.from !== blocks.length) break;
      for (const [storedLength, checksum, codec, usesReference] of line.blocks)
        blocks.push({ storedLength, crc32: checksum, codec, usesReference: usesReference === 1 });
    }
    at = end + 1;
  }
  if (blocks.length === 0 || !isGone(owner)) return undefined;
  return { blocks, journalBytes: at };
}

/** Removes what a stopped run left beside `path`, if it has a journal of ours: that and the `unfinished` file. */
export async function discardLeftover(path: string, unfinished = withSuffix(path, '.partial')): Promise<void> {
  const head = await readFile(journalName(path), 'utf8').catch(() => '');
  const [first = ''] = head.split('\n', 1);
  if (inUse.has(journalName(path)) || parseLine(first)?.journal === undefined) return;
  await rm(unfinished, { force: true });
  await rm(journalName(path), { force: true });
}

/**
 * Says which blocks of an unfinished archive are proved, so that a later run need not code them again. It is written behind
 * the archive's own flushes, and is removed with the unfinished archive unless it is kept.
 */
export class Journal implements AsyncDisposable {
  readonly #name: string;
  readonly #key: string;
  readonly #resumed: Leftover | undefined;
  readonly #pending = new Map<number, JournaledBlock>();
  #file: FileHandle | undefined;
  /** Proved blocks without a gap before them that are not in the file yet, and the number of the first. */
  #ready: JournaledBlock[] = [];
  #written: number;
  #isKept = false;
  #isClosed = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(path: string, key: string, resumed: Leftover | undefined) {
    this.#name = journalName(path);
    this.#key = key;
    this.#resumed = resumed;
    this.#written = resumed?.blocks.length ?? 0;
    inUse.add(this.#name);
  }

  /**
   * Goes on with what was left, or begins anew; the file is made when there is something to say. Throws {@link UsageError} when
   * the journal's name is one of the `inputs` or was given to something that is no journal.
   */
  static async start(
    path: string,
    { key, resumed, inputs }: { key: string; resumed: Leftover | undefined; inputs: readonly FileIdentity[] },
  ): Promise<Journal> {
    const isLeft = await isLeftover(journalName(path), isJournalHead, inputs);
    if (isLeft && resumed === undefined) await rm(journalName(path), { force: true });
    return new Journal(path, key, resumed);
  }

  /** Blocks that a run which goes on after this one would find. */
  get hasBlocks(): boolean {
    return this.#written + this.#ready.length > 0;
  }

  /** Notes that a block is in the archive and proved; they may come in any order. */
  proved(number: number, block: JournaledBlock): void {
    this.#pending.set(number, block);
    for (;;) {
      const next = this.#written + this.#ready.length;
      const found = this.#pending.get(next);
      if (found === undefined) return;
      this.#pending.delete(next);
      this.#ready.push(found);
    }
  }

  /** Takes what is proved now; the function that it returns writes that down, once the archive's bytes are on the disk. */
  checkpoint(): () => void {
    const count = this.#written + this.#ready.length;
    return () => {
      // A journal that cannot be written costs a later run some time, never this one its end.
      this.#work = this.#work.then(() => this.#write(count)).catch(() => undefined);
    };
  }

  /** Leaves the journal for a later run. */
  keep(): void {
    this.#isKept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Behind whatever is being written; a flush of the archive may still end after this, and then writes nothing.
    await (this.#work = this.#work.then(() => this.#close()));
    inUse.delete(this.#name);
  }

  async #close(): Promise<void> {
    if (this.#isKept) {
      await this.#write(this.#written + this.#ready.length).catch(() => undefined);
      await this.#append({ owner: '' }).catch(() => undefined);
    }
    this.#isClosed = true;
    const isOwn = await this.#hasOwnName().catch(() => false);
    await this.#file?.close().catch(() => undefined);
    if (isOwn && !this.#isKept) await rm(this.#name, { force: true });
  }

  /** Whether the file of this name is the one that is written, or that a run which had nothing to add was to go on with. */
  async #hasOwnName(): Promise<boolean> {
    if (this.#file === undefined) return this.#resumed !== undefined;
    const [mine, named] = await Promise.all([this.#file.stat({ bigint: true }), stat(this.#name, { bigint: true })]);
    return mine.dev === named.dev && mine.ino === named.ino;
  }

  async #write(end: number): Promise<void> {
    const blocks = this.#ready.slice(0, end - this.#written);
    if (blocks.length === 0 || this.#isClosed) return;
    const rows = blocks.map((block) => [block.storedLength, block.crc32, block.codec, block.usesReference ? 1 : 0]);
    await this.#append({ from: this.#written, blocks: rows });
    this.#ready.splice(0, blocks.length);
    this.#written += blocks.length;
  }

  async #append(line: object): Promise<void> {
    this.#file ??= await this.#open();
    await this.#file.appendFile(formatLine(line));
  }

  async #open(): Promise<FileHandle> {
    if (this.#resumed === undefined) {
      const file = await open(this.#name, 'wx');
      await file.appendFile(formatLine({ journal: version, key: this.#key, owner: thisProcess() }));
      return file;
    }
    const file = await open(this.#name, 'r+');
    await file.truncate(this.#resumed.journalBytes);
    await file.close();
    const end = await open(this.#name, 'a');
    await end.appendFile(formatLine({ owner: thisProcess() }));
    return end;
  }
}

type Row = readonly [storedLength: number, crc32: number, codec: string, usesReference: 0 | 1];

interface Line {
  readonly journal?: number;
  readonly key?: string;
  readonly owner?: string;
  readonly from?: number;
  readonly blocks?: readonly Row[];
}

/** Whether a file begins as a journal does, even one that was torn in its first line. */
export function isJournalHead(head: Uint8Array): boolean {
  return /^[0-9a-f]{8} \{"journ/.test(Buffer.from(head).toString('latin1'));
}

function formatLine(line: object): string {
  const text = JSON.stringify(line);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

function parseLine(line: string): Line | undefined {
  const text = line.slice(9);
  if (crc32(text).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
