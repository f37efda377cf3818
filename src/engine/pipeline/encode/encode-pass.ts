import { headerBytes } from '../../archive/frame.ts';
import type { IndexBuilder } from '../../archive/index-builder.ts';
import type { Journal, JournaledBlock } from '../../archive/journal.ts';
import type { Preset } from '../../codecs/codec.ts';
import { FeatherweightError } from '../../errors.ts';
import type { OutputFile } from '../../io/output-file.ts';
import { StaleWorkError } from '../job/job.ts';
import { mostBatchBlocks } from '../../workers/coder-size.ts';
import type { Crew, Slot } from '../../workers/crew.ts';
import type { BlockShape, CodedBlock, FileRange, StoredBlock } from '../../workers/protocol.ts';
import type { AssemblyLine } from '../job/assembly-line.ts';
import { blocksOf, type BlockPart } from '../cut/block-parts.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import { DigestFeed, type DigestListener } from '../job/digests.ts';
import type { InputFile } from '../../models/inputs.ts';
import { PlansAhead, type OpenReference } from './plans-ahead.ts';
import { blockBytes } from '../job/resources.ts';
import type { TensorLedger } from './tensor-ledger.ts';

/** What the pass tells while it runs. */
export interface PassListener extends DigestListener {
  coded(bytes: number): void;
  proved(bytes: number): void;
}

interface Parts {
  readonly crew: Crew;
  /** The most bytes of a batch. */
  readonly batchBytes: number;
  readonly line: AssemblyLine;
  readonly output: OutputFile;
  readonly builder: IndexBuilder;
  readonly ledger: TensorLedger;
  readonly preset: Preset;
  /** By the number of the stream. */
  readonly references: ReadonlyMap<number, OpenReference>;
  readonly listener: PassListener;
  readonly journal: Journal;
  /** The first blocks of the archive, which an earlier run has coded; they are only proved again. */
  readonly resumed: readonly JournaledBlock[];
}

/** The one pass over the original bytes: code, write, prove, hash, batch by batch in file order. */
export class EncodePass {
  readonly #parts: Parts;
  readonly #plans: PlansAhead;
  /** Blocks not proved yet, which a reference to them must wait for. */
  readonly #unproved = new Map<number, Promise<unknown>>();

  /** Where the resumed blocks lie in the archive. */
  readonly #resumedOffsets: readonly number[];

  constructor(parts: Parts) {
    this.#parts = parts;
    const { crew, preset, references } = parts;
    this.#plans = new PlansAhead(crew, preset, references, (run) => this.#isResumed(run));
    let end = headerBytes;
    this.#resumedOffsets = parts.resumed.map(({ storedLength }) => (end += storedLength) - storedLength);
  }

  /** Puts all blocks of one file on the line. */
  async addFile(file: number, { source, layout }: InputFile, runs: readonly PlacedRun[]): Promise<void> {
    const { crew, ledger, line, listener, batchBytes: mostBytes } = this.#parts;
    await source.wake();
    const { descriptor } = source;
    const digests = new DigestFeed(
      crew,
      { key: file, bytes: source.size },
      { firstKey: ledger.firstKey(file), ranges: layout?.tensors ?? [] },
      listener,
    );
    let batch: BlockPart[] = [];
    let batchBytes = 0;
    const flush = async (): Promise<void> => {
      if (batch.length > 0)
        await this.#addBatch(batch, { descriptor, offset: batch[0]?.fileOffset ?? 0, length: batchBytes }, digests);
      batch = [];
      batchBytes = 0;
    };
    for (const [number, run] of runs.entries()) {
      await line.border('tensor');
      this.#plans.begin(runs, number, descriptor);
      const node = await this.#plans.take(run);
      for (const part of blocksOf(run, node)) {
        // A block of unknown bytes may take a second, so that another thread takes the next.
        const most = run.stream.dtype === undefined ? blockBytes : mostBytes;
        const isFull = batchBytes + part.length > most || batch.length === mostBatchBlocks;
        if (run.isReference || isFull || part.block === this.#parts.resumed.length) await flush();
        if (run.isReference) {
          await this.#addReference(part, { descriptor, offset: part.fileOffset, length: part.length }, digests);
        } else {
          batch.push(part);
          batchBytes += part.length;
        }
      }
    }
    await flush();
  }

  /** Whether all blocks of a run are there from an earlier one. */
  #isResumed({ firstBlock, streamLength }: PlacedRun): boolean {
    return firstBlock + Math.ceil(streamLength / blockBytes) <= this.#parts.resumed.length;
  }

  async #addBatch(batch: readonly BlockPart[], source: FileRange, digests: DigestFeed): Promise<void> {
    const { line, preset, references, resumed } = this.#parts;
    if ((batch[0]?.block ?? 0) < resumed.length) return this.#addResumed(batch, source, digests);
    const proved = Promise.withResolvers<undefined>();
    proved.promise.catch(() => undefined);
    for (const { block } of batch) this.#unproved.set(block, proved.promise);
    const blocks = batch.map((part) => ({
      length: part.length,
      stream: part.run.stream,
      node: part.node,
      reference: this.#referenceOf(part),
      isInner: references.get(part.run.streamNumber)?.isInner,
      approximation: part.run.approximation,
    }));
    await line.add(
      ({ thread, slot }) => thread.run({ kind: 'encode', slot, source, blocks, preset }),
      async (slot, { blocks: coded }) => {
        const proving = this.#prove(slot, batch, coded, source);
        proved.resolve(proving);
        await Promise.all([proving, digests.feed(slot, 0, source.offset, source.length)]);
        for (const { block } of batch) this.#unproved.delete(block);
        this.#finish(source.length);
      },
    );
  }

  /** Has blocks that are in the archive already compared with the original, as new ones are. */
  async #addResumed(batch: readonly BlockPart[], source: FileRange, digests: DigestFeed): Promise<void> {
    const { line, output, resumed } = this.#parts;
    const placed = Promise.withResolvers<undefined>();
    placed.promise.catch(() => undefined);
    for (const { block } of batch) this.#unproved.set(block, placed.promise);
    const known = batch.map((part) => this.#knownBlock(part, resumed[part.block]));
    const offset = this.#resumedOffsets[batch[0]?.block ?? 0] ?? 0;
    const length = known.reduce((sum, { storedLength }) => sum + storedLength, 0);
    const archive = { descriptor: output.descriptor, offset, length };
    const blocks = known.map(({ stored }) => stored);
    await line.add(
      ({ thread, slot }) => thread.run({ kind: 'prove-again', slot, source, archive, blocks }).catch(refuseStale),
      async (slot) => {
        batch.forEach((part, place) => this.#place(part, known[place]));
        batch.forEach(({ block }, place) => this.#parts.builder.setChecksum(block, known[place]?.crc32 ?? 0));
        placed.resolve(undefined);
        this.#parts.listener.coded(source.length);
        await digests.feed(slot, 0, source.offset, source.length);
        for (const { block } of batch) this.#unproved.delete(block);
        this.#finish(source.length);
      },
    );
  }

  #knownBlock(part: BlockPart, known: JournaledBlock | undefined): JournaledBlock & { readonly stored: StoredBlock } {
    const { run, length } = part;
    if (!known || !(known.storedLength > 0 && known.storedLength <= length + 1)) throw new StaleWorkError(undefined);
    const reference = known.usesReference ? this.#referenceOf(part) : undefined;
    const { storedLength, crc32 } = known;
    return { ...known, stored: { storedLength, crc32, length, width: run.stream.width, reference } };
  }

  /** Puts the next block into the index. */
  #place(part: BlockPart, coded: CodedBlock | undefined): BlockShape {
    const { builder, ledger, references } = this.#parts;
    const { run, fileOffset, length } = part;
    const { storedLength, codec, usesReference, loss } = coded ?? noBlock;
    const reference = usesReference ? references.get(run.streamNumber) : undefined;
    if (reference) builder.setReference(run.streamNumber, { base: reference.base, offset: reference.offset });
    builder.addBlock(storedLength);
    if (fileOffset === run.offset) builder.setCodec(run.streamNumber, codec);
    ledger.addStored(run.file, fileOffset, length, storedLength, codec, loss);
    return { storedLength, length, width: run.stream.width, reference: reference && this.#referenceOf(part) };
  }

  /** Gives a coded batch its place in the archive and has it written there and proved. */
  async #prove(
    slot: Slot,
    batch: readonly BlockPart[],
    coded: readonly CodedBlock[],
    source: FileRange,
  ): Promise<undefined> {
    const { output, builder, listener, journal } = this.#parts;
    const offset = builder.end;
    const blocks = batch.map((part, place) => this.#place(part, coded[place]));
    listener.coded(source.length);
    const archive = { descriptor: output.descriptor, offset, length: builder.end - offset };
    const { crc32s } = await slot.thread.run({ kind: 'prove', slot: slot.slot, archive, blocks });
    crc32s.forEach((crc32, place) => {
      const { block = 0 } = batch[place] ?? {};
      builder.setChecksum(block, crc32);
      const known = coded[place];
      if (known) journal.proved(block, { ...known, crc32 });
    });
    return undefined;
  }

  /**
   * Equal bytes are not stored again, but read again and compared with what was stored. An approximated piece cannot be
   * compared; what its equal restores to takes its place.
   */
  async #addReference(part: BlockPart, source: FileRange, digests: DigestFeed): Promise<void> {
    const { line, builder, output, ledger, listener } = this.#parts;
    const { run, block, blockLength, start } = part;
    await line.add(
      async ({ thread, slot }) => {
        // Not before the block referred to is in the archive. It was added before, so nothing waits in a circle.
        await this.#unproved.get(block);
        const { offset, storedLength, crc32 } = builder.block(block);
        const archive = { descriptor: output.descriptor, offset, length: storedLength };
        const reference = this.#referenceOf(part);
        const stored = { storedLength, crc32, length: blockLength, width: run.stream.width, reference };
        await (run.approximation
          ? thread.run({ kind: 'decode', slot, checks: true, archive, blocks: [stored] })
          : thread.run({ kind: 'prove-reference', slot, source, archive, block: stored, start }));
      },
      async (slot) => {
        ledger.addStored(run.file, source.offset, source.length, 0, '');
        listener.coded(source.length);
        await digests.feed(slot, 0, source.offset, source.length);
        this.#finish(source.length);
      },
    );
  }

  /** The bytes of a base that a whole block may be coded against. */
  #referenceOf({ run, blockStart, blockLength }: BlockPart): FileRange | undefined {
    const reference = this.#parts.references.get(run.streamNumber);
    return (
      reference && { descriptor: reference.descriptor, offset: reference.offset + blockStart, length: blockLength }
    );
  }

  #finish(bytes: number): void {
    const { listener, output } = this.#parts;
    listener.proved(bytes);
    output.wrote(bytes);
  }
}

const noBlock: CodedBlock = { storedLength: 0, codec: '', usesReference: false };

function refuseStale(error: unknown): never {
  const isStale = error instanceof FeatherweightError && (error.code === 'DIFFERENT' || error.code === 'DAMAGED');
  throw isStale ? new StaleWorkError(error) : error;
}
