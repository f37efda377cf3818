import { endBytes, headerBytes } from '../../archive/frame.ts';
import { IndexBuilder } from '../../archive/index-builder.ts';
import { draftLength, mostTelling } from '../../archive/left-out.ts';
import type { CodecNode, Preset } from '../../codecs/codec.ts';
import type { InputFile, Inputs } from '../../models/inputs.ts';
import type { Crew } from '../../workers/crew.ts';
import type { CodedBlock } from '../../workers/protocol.ts';
import { blocksOf, type BlockPart } from '../cut/block-parts.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import { declareFile } from '../cut/declare-file.ts';
import { emptyDigest } from '../job/digests.ts';
import { blockBytes } from '../job/resources.ts';

/** Streams of numbers from so many bytes on take fewer by themselves than what knows nothing of them makes of them. */
const longBytes = 16 * 1024;
/** Files whose long streams hold at least this share of them are not tried as one: it would take longer for nothing. */
const longShare = 0.5;
/** Bytes of short streams that are tried together. */
const batchBytes = blockBytes / 8;

/** The strongest that general compressors have; what is coded as one stream takes at most what they need. */
const strongest: CodecNode = { id: 'zstd', options: { level: 19 }, outputs: [] };

/** A file as one stream of bytes, and how long its archive is. */
export interface OneStream {
  readonly blueprint: readonly (readonly PlacedRun[])[];
  readonly bytes: number;
}

/**
 * A file as one stream of bytes, where that takes less than a stream for each tensor, as it may of many tiny tensors:
 * what repeats is in several of them or in what the container puts between. Nothing where it takes no less, and where a look at the
 * blueprint tells that, or there are no tensors. Both are coded to know, by the same rules on any number of threads.
 */
export async function asOneStream(
  { model, files }: Inputs,
  blueprint: readonly (readonly PlacedRun[])[],
  crew: Crew,
  preset: Preset,
): Promise<OneStream | undefined> {
  const [file, ...others] = files;
  const [runs = []] = blueprint;
  if (!file?.layout?.tensors.length || others.length > 0 || !isOfShortStreams(file, runs)) return undefined;
  await file.source.wake();
  const trial = new Trial(file, model.name, crew, preset);
  const whole = wholeOf(file);
  const matched = await trial.bytesOf([{ ...whole, node: strongest }]);
  if ((await trial.bytesOf(runs)) <= matched) return undefined;
  // Longer ones would be planned from a sample, which shows nothing of what repeats far apart.
  const planned = whole.length <= blockBytes ? await trial.bytesOf([whole]) : Infinity;
  if (planned < matched) return { blueprint: [[whole]], bytes: planned };
  return { blueprint: [[{ ...whole, node: strongest }]], bytes: matched };
}

function isOfShortStreams({ source }: InputFile, runs: readonly PlacedRun[]): boolean {
  if (source.size > mostTelling) return false;
  const long = runs.filter(({ stream, length }) => stream.dtype !== undefined && length >= longBytes);
  return long.reduce((sum, { length }) => sum + length, 0) < longShare * source.size;
}

function wholeOf({ source: { size } }: InputFile): PlacedRun {
  const place = { file: 0, offset: 0, streamNumber: 0, streamStart: 0, firstBlock: 0 };
  return { ...place, length: size, streamLength: size, stream: { width: 1 }, isReference: false };
}

/** Codes a file in one way or another and keeps nothing but what its archive would take. */
class Trial {
  readonly #file: InputFile;
  readonly #name: string;
  readonly #crew: Crew;
  readonly #preset: Preset;

  constructor(file: InputFile, name: string, crew: Crew, preset: Preset) {
    [this.#file, this.#name, this.#crew, this.#preset] = [file, name, crew, preset];
  }

  /** Bytes of the archive. */
  async bytesOf(runs: readonly PlacedRun[]): Promise<number> {
    const parts = runs.filter(({ isReference }) => !isReference).flatMap((run) => [...blocksOf(run, run.node)]);
    const coded = (await Promise.all(batchesOf(parts).map((batch) => this.#code(batch)))).flat();
    const builder = new IndexBuilder(this.#name);
    declareFile(builder, this.#file, runs);
    parts.forEach(({ run }, place) => {
      builder.addBlock(coded[place]?.storedLength ?? 0);
      builder.setCodec(run.streamNumber, coded[place]?.codec ?? '');
    });
    // Digests that are not known yet, but all different.
    const digests = (this.#file.layout?.tensors ?? []).map((_, tensor) => tensor.toString(16).padStart(64, '0'));
    const indexLength = draftLength(builder.finish([emptyDigest], digests), builder.end - headerBytes);
    return builder.end + indexLength + endBytes(indexLength);
  }

  async #code(batch: readonly BlockPart[]): Promise<readonly CodedBlock[]> {
    const slot = await this.#crew.acquire();
    try {
      const { descriptor } = this.#file.source;
      const [first] = batch;
      const length = batch.reduce((sum, part) => sum + part.length, 0);
      const source = { descriptor, offset: first?.fileOffset ?? 0, length };
      const blocks = batch.map((part) => ({ length: part.length, stream: part.run.stream, node: part.node }));
      const { blocks: coded } = await slot.thread.run({
        kind: 'encode',
        slot: slot.slot,
        source,
        blocks,
        preset: this.#preset,
      });
      return coded;
    } finally {
      this.#crew.release(slot);
    }
  }
}

/** Parts that lie one behind another in the file, some at a time. */
function batchesOf(parts: readonly BlockPart[]): readonly (readonly BlockPart[])[] {
  const batches: BlockPart[][] = [];
  let [end, bytes] = [-1, 0];
  for (const part of parts) {
    const last = batches.at(-1);
    if (last && part.fileOffset === end && bytes + part.length <= batchBytes) last.push(part);
    else {
      batches.push([part]);
      bytes = 0;
    }
    bytes += part.length;
    end = part.fileOffset + part.length;
  }
  return batches;
}
