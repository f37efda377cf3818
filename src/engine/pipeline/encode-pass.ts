import type { IndexBuilder } from '../archive/index-builder.ts';
import type { CodecNode, Preset } from '../codecs/codec.ts';
import type { OutputFile } from '../io/output-file.ts';
import { sampleBytes } from '../workers/block-coder.ts';
import type { Crew } from '../workers/crew.ts';
import type { FileRange, StoredBlock } from '../workers/protocol.ts';
import type { AssemblyLine } from './assembly-line.ts';
import type { PlacedRun } from './blueprint.ts';
import { DigestFeed, type DigestListener } from './digests.ts';
import type { InputFile } from './inputs.ts';
import { sampleRanges } from './plan.ts';
import { blockBytes } from './resources.ts';
import type { TensorLedger } from './tensor-ledger.ts';

/** How many streams ahead of the coders the planner works. */
const plansAhead = 4;
/** After this many bytes written the disk is asked to take them, so that the flush at the end is short. */
const flushEveryBytes = 64 * 2 ** 20;

/** What the pass tells while it runs. */
export interface PassListener extends DigestListener {
  coded(bytes: number, bytesOut: number): void;
  proved(bytes: number): void;
}

/** The one pass over the original bytes: code, write, prove, hash, block by block in file order. */
export class EncodePass {
  readonly #crew: Crew;
  readonly #line: AssemblyLine;
  readonly #output: OutputFile;
  readonly #builder: IndexBuilder;
  readonly #ledger: TensorLedger;
  readonly #preset: Preset;
  readonly #listener: PassListener;
  readonly #plans = new Map<PlacedRun, Promise<CodecNode>>();
  /** Blocks not proved yet, which a reference to them must wait for. */
  readonly #unproved = new Map<number, Promise<unknown>>();
  #unflushed = 0;

  constructor(parts: {
    readonly crew: Crew;
    readonly line: AssemblyLine;
    readonly output: OutputFile;
    readonly builder: IndexBuilder;
    readonly ledger: TensorLedger;
    readonly preset: Preset;
    readonly listener: PassListener;
  }) {
    this.#crew = parts.crew;
    this.#line = parts.line;
    this.#output = parts.output;
    this.#builder = parts.builder;
    this.#ledger = parts.ledger;
    this.#preset = parts.preset;
    this.#listener = parts.listener;
  }

  /** Puts all blocks of one file on the line. */
  async addFile(file: number, { source, layout }: InputFile, runs: readonly PlacedRun[]): Promise<void> {
    const digests = new DigestFeed(
      this.#crew,
      { key: file, bytes: source.size },
      { firstKey: this.#ledger.firstKey(file), ranges: layout?.tensors ?? [] },
      this.#listener,
    );
    for (const [number, run] of runs.entries()) {
      this.#planAhead(runs, number, source.descriptor);
      const node = await this.#plans.get(run);
      this.#plans.delete(run);
      for (const part of blocksOf(run)) {
        const range = { descriptor: source.descriptor, offset: run.offset + part.done, length: part.length };
        await (run.isReference
          ? this.#addReference(run, range, part, digests)
          : this.#addBlock(run, range, part, node, digests));
      }
    }
  }

  /** Streams of one block are planned where they are coded; longer ones from a sample of the whole stream, in time. */
  #planAhead(runs: readonly PlacedRun[], from: number, descriptor: number): void {
    for (let ahead = from, planned = 0; ahead < runs.length && planned < plansAhead && ahead < from + 64; ahead++) {
      const run = runs[ahead];
      if (!run || run.isReference || run.length <= blockBytes) continue;
      planned++;
      if (this.#plans.has(run)) continue;
      const ranges = sampleRanges(run.length, run.stream.width, sampleBytes).map(({ offset, length }) => ({
        descriptor,
        offset: run.offset + offset,
        length,
      }));
      const plan = this.#crew.plan({ ranges, stream: run.stream, streamLength: run.length, preset: this.#preset });
      plan.catch(() => undefined);
      this.#plans.set(run, plan);
    }
  }

  async #addBlock(
    run: PlacedRun,
    source: FileRange,
    part: BlockPart,
    node: CodecNode | undefined,
    digests: DigestFeed,
  ): Promise<void> {
    const proved = Promise.withResolvers<null>();
    proved.promise.catch(() => undefined);
    this.#unproved.set(part.block, proved.promise);
    await this.#line.add(
      ({ thread, slot }) =>
        thread.run({ kind: 'encode', slot, source, stream: run.stream, node, preset: this.#preset }),
      async (slot, { bytes, crc32, codec }) => {
        if (part.done === 0) this.#builder.setCodec(run.streamNumber, codec);
        this.#builder.addBlock(bytes, crc32);
        this.#ledger.addStored(run.file, source.offset, source.length, bytes, codec);
        this.#listener.coded(source.length, bytes);
        const stored = this.#stored(part, run);
        const proving = slot.thread.run({ kind: 'prove', slot: slot.slot, stored });
        proved.resolve(proving);
        await Promise.all([proving, digests.feed(slot, 0, source.offset, source.length)]);
        this.#unproved.delete(part.block);
        this.#finishBlock(source.length);
      },
    );
  }

  /** Equal bytes are not stored again, but read again and compared with what was stored. */
  async #addReference(run: PlacedRun, source: FileRange, part: BlockPart, digests: DigestFeed): Promise<void> {
    await this.#line.add(
      async ({ thread, slot }) => {
        // Not before the block referred to is in the archive. It was added before, so nothing waits in a circle.
        await this.#unproved.get(part.block);
        await thread.run({ kind: 'prove-reference', slot, source, stored: this.#stored(part, run), start: part.start });
      },
      async (slot) => {
        this.#ledger.addStored(run.file, source.offset, source.length, 0, '');
        this.#listener.coded(source.length, 0);
        await digests.feed(slot, 0, source.offset, source.length);
        this.#finishBlock(source.length);
      },
    );
  }

  #stored(part: BlockPart, run: PlacedRun): StoredBlock {
    const { offset, storedLength, crc32 } = this.#builder.block(part.block);
    return {
      range: { descriptor: this.#output.descriptor, offset, length: storedLength },
      crc32,
      length: part.blockLength,
      width: run.stream.width,
    };
  }

  #finishBlock(bytes: number): void {
    this.#listener.proved(bytes);
    this.#unflushed += bytes;
    if (this.#unflushed < flushEveryBytes) return;
    this.#unflushed = 0;
    this.#output.flushSoon();
  }
}

interface BlockPart {
  /** Bytes of the run before this part. */
  readonly done: number;
  readonly length: number;
  readonly block: number;
  /** Bytes of the whole block, and the first of them that the part needs. */
  readonly blockLength: number;
  readonly start: number;
}

/** The blocks of the run's stream that hold the run, in order. */
function* blocksOf(run: PlacedRun): Generator<BlockPart> {
  for (let done = 0; done < run.length;) {
    const within = Math.floor((run.streamStart + done) / blockBytes);
    const start = (run.streamStart + done) % blockBytes;
    const blockLength = Math.min(blockBytes, run.streamLength - within * blockBytes);
    const length = Math.min(run.length - done, blockLength - start);
    yield { done, length, block: run.firstBlock + within, blockLength, start };
    done += length;
  }
}
