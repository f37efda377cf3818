import { isDeepStrictEqual } from 'node:util';
import type { Width } from '../codecs/codec.ts';
import { DamagedArchiveError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import type { ApproximationText } from './approximation-text.ts';
import { leavesOut } from './left-out.ts';
import { archiveBlockBytes, type IndexText } from './index-text.ts';
import { readIndex, type ArchiveLimits, type PlacedIndex } from './read-index.ts';
import { checkApproximation, checkedInnerParts, checkedReferences } from './checks.ts';
import type { InnerPart } from './inner-base.ts';
import type { BaseFile, Reference } from './reference.ts';

/** A coded block: where it lies in the archive and what it restores to. */
export interface Block {
  readonly offset: number;
  readonly storedLength: number;
  readonly crc32: number;
  readonly length: number;
  readonly width: Width;
  /** Where the base has the bytes that the block may have been coded against. */
  readonly reference?: Reference | undefined;
}

/** Part of a block that restores a run of a file. */
export interface Piece {
  /** Its number in the archive. */
  readonly index: number;
  readonly block: Block;
  /** First byte in the decoded block. */
  readonly start: number;
  readonly length: number;
  /** First byte in the file. */
  readonly fileOffset: number;
}

export interface ArchivedFile {
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ArchivedTensor extends TensorRange {
  readonly file: number;
  /** What an archive keeps of the digest: of small tensors only its first digits. */
  readonly sha256: string;
}

/** A read and checked index: every number in it fits every other and the archive's size. */
export class Archive {
  readonly name: string;
  readonly size: number;
  readonly files: readonly ArchivedFile[];
  readonly tensors: readonly ArchivedTensor[];
  readonly blockCount: number;
  /** The files of other models that are needed to restore this one. */
  readonly bases: readonly BaseFile[];
  /** The parts, one behind another, of a base that is made of tensors of the archive itself; its number is that behind all others. */
  readonly inner: readonly InnerPart<ArchivedTensor>[];
  readonly #references: ReadonlyMap<number, Reference>;
  /** Present where weights were approximated: what comes back is not what went in. */
  readonly approximation: ApproximationText | undefined;
  readonly #index: IndexText;
  /** First block of each stream, and one past the last. */
  readonly #firstBlock: Float64Array;
  readonly #blockOffset: Float64Array;
  /** Per file, the file offset at which each segment begins. */
  readonly #segmentOffsets: readonly Float64Array[];

  private constructor({ index, firstBlock, indexOffset }: PlacedIndex, size: number, archiveName: string) {
    const check = (condition: boolean, message: string): void => {
      if (!condition)
        throw new DamagedArchiveError(`The index of "${archiveName}" contradicts itself: ${message}.`, {
          name: archiveName,
        });
    };
    const { streams, blocks, tensors } = index;
    check(streams.lengths.length === streams.widths.length, 'streams without a width');
    check(streams.lengths.length === streams.codecs.length, 'streams without a codec');
    check(blocks.lengths.length === blocks.crc32s.length, 'blocks without a checksum');
    this.#firstBlock = new Float64Array(streams.lengths.length + 1);
    streams.lengths.forEach((length, stream) => {
      check(length > 0 && length % (streams.widths[stream] ?? 1) === 0, `stream ${stream} has ${length} bytes`);
      this.#firstBlock[stream + 1] = (this.#firstBlock[stream] ?? 0) + Math.ceil(length / archiveBlockBytes);
    });
    check(
      this.#firstBlock[streams.lengths.length] === blocks.lengths.length,
      'the streams need another number of blocks',
    );
    this.#blockOffset = new Float64Array(blocks.lengths.length + 1);
    this.#blockOffset[0] = firstBlock;
    blocks.lengths.forEach((length, block) => {
      check(length > 0 && length <= archiveBlockBytes + 64, `block ${block} takes ${length} bytes`);
      this.#blockOffset[block + 1] = (this.#blockOffset[block] ?? 0) + length;
    });
    check(this.#blockOffset[blocks.lengths.length] === indexOffset, 'the blocks do not end where the index begins');
    this.#segmentOffsets = index.files.map((file, number) => {
      check(
        file.streams.length === file.starts.length && file.streams.length === file.lengths.length,
        `file ${number} has uneven segments`,
      );
      const offsets = new Float64Array(file.streams.length);
      let bytes = 0;
      file.streams.forEach((stream, segment) => {
        offsets[segment] = bytes;
        const [start, length] = [file.starts[segment] ?? 0, file.lengths[segment] ?? 0];
        const available = streams.lengths[stream];
        check(
          available !== undefined && length > 0 && start + length <= available,
          `segment ${segment} of file ${number} is outside its stream`,
        );
        bytes += length;
      });
      check(bytes === file.bytes, `the segments of file ${number} have ${bytes} bytes, the file ${file.bytes}`);
      return offsets;
    });
    const many = tensors.names.length;
    check(
      [tensors.files, tensors.dtypes, tensors.shapes, tensors.offsets, tensors.lengths, tensors.sha256s].every(
        (column) => column.length === many,
      ),
      'uneven columns of tensors',
    );
    this.tensors = tensors.names.map((name, tensor) => {
      const file = tensors.files[tensor] ?? 0;
      const offset = tensors.offsets[tensor] ?? 0;
      const byteLength = tensors.lengths[tensor] ?? 0;
      check(offset + byteLength <= (index.files[file]?.bytes ?? -1), `tensor ${tensor} is outside its file`);
      return {
        name,
        file,
        dtype: tensors.dtypes[tensor] ?? '',
        shape: tensors.shapes[tensor] ?? [],
        offset,
        byteLength,
        sha256: tensors.sha256s[tensor] ?? '',
      };
    });
    this.bases = index.bases ?? [];
    this.inner = checkedInnerParts(index, this.tensors, check);
    this.#references = checkedReferences(index, this.inner, check);
    this.approximation = index.approximation;
    checkApproximation(index, check);
    this.files = index.files.map(({ name, format, bytes, sha256, metadata }) => ({
      name,
      format,
      bytes,
      sha256,
      metadata,
    }));
    this.name = index.name;
    this.size = size;
    this.blockCount = blocks.lengths.length;
    this.#index = index;
    for (const { file, offset, byteLength, name } of new Set(this.inner.map(({ tensor }) => tensor)))
      for (const { block } of this.pieces(file, offset, byteLength))
        check(block.reference?.base !== this.bases.length, `"${name}" takes what is made of it`);
  }

  /** Reads header, trailer and index. Throws {@link DamagedArchiveError} on anything that the writer cannot have written. */
  static async open(source: ByteSource, limits: ArchiveLimits): Promise<Archive> {
    const placed = await readIndex(source, limits);
    const archive = new Archive(placed, source.size, source.name);
    if (!leavesOut(placed.index)) return archive;
    const { toldByFile } = await import('./told-by-file.ts');
    const told = await toldByFile(archive, source, placed.index);
    return told ? new Archive({ ...placed, index: { ...placed.index, ...told } }, source.size, source.name) : archive;
  }

  /** Whether it says of files and tensors what an index says. */
  says({ files, tensors }: IndexText): boolean {
    const said = this.#index;
    const known = ({ format, metadata }: IndexText['files'][number]): unknown => [format, metadata];
    return isDeepStrictEqual([said.tensors, said.files.map(known)], [tensors, files.map(known)]);
  }

  /** The pieces of blocks that restore `length` bytes of a file from `offset`, in order. */
  *pieces(file: number, offset = 0, length = (this.files[file]?.bytes ?? 0) - offset): Generator<Piece> {
    const segments = this.#index.files[file];
    const segmentOffsets = this.#segmentOffsets[file];
    if (!segments || !segmentOffsets) return;
    for (let segment = lastAtOrBelow(segmentOffsets, offset); segment < segmentOffsets.length; segment++) {
      const segmentOffset = segmentOffsets[segment] ?? 0;
      if (segmentOffset >= offset + length) return;
      const from = Math.max(offset, segmentOffset);
      const to = Math.min(offset + length, segmentOffset + (segments.lengths[segment] ?? 0));
      if (from >= to) continue;
      const start = (segments.starts[segment] ?? 0) + from - segmentOffset;
      yield* this.#streamPieces(segments.streams[segment] ?? 0, start, to - from, from);
    }
  }

  /** The codec of the stream that holds this place of a file, in words. */
  codecAt(file: number, offset: number): string {
    for (const { index } of this.pieces(file, offset, 1))
      return this.#index.streams.codecs[lastAtOrBelow(this.#firstBlock, index)] ?? '';
    return 'store';
  }

  /** Bytes in the archive of the blocks that hold a tensor, each block shared by the bytes that it restores. */
  storedBytes({ file, offset, byteLength }: ArchivedTensor): number {
    let bytes = 0;
    for (const { block, length } of this.pieces(file, offset, byteLength))
      bytes += (block.storedLength * length) / block.length;
    return Math.round(bytes);
  }

  *#streamPieces(stream: number, start: number, length: number, fileOffset: number): Generator<Piece> {
    let done = 0;
    while (done < length) {
      const within = Math.floor((start + done) / archiveBlockBytes);
      const blockStart = (start + done) % archiveBlockBytes;
      const index = (this.#firstBlock[stream] ?? 0) + within;
      const block = this.#block(stream, within, index);
      const take = Math.min(length - done, block.length - blockStart);
      yield { index, block, start: blockStart, length: take, fileOffset: fileOffset + done };
      done += take;
    }
  }

  #block(stream: number, within: number, index: number): Block {
    const streamLength = this.#index.streams.lengths[stream] ?? 0;
    const reference = this.#references.get(stream);
    return {
      offset: this.#blockOffset[index] ?? 0,
      storedLength: this.#index.blocks.lengths[index] ?? 0,
      crc32: this.#index.blocks.crc32s[index] ?? 0,
      length: Math.min(archiveBlockBytes, streamLength - within * archiveBlockBytes),
      width: this.#index.streams.widths[stream] ?? 1,
      ...(reference && { reference: { base: reference.base, offset: reference.offset + within * archiveBlockBytes } }),
    };
  }
}

/** The last place in an ascending column whose value is at most `value`; 0 when there is none. */
function lastAtOrBelow(column: Float64Array, value: number): number {
  let [low, high] = [0, column.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((column[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}
