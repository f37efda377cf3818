import type { Width } from '../codecs/codec.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import { headerBytes } from './frame.ts';
import type { IndexText } from './index-text.ts';

/** Text metadata of a model is kept in the index for display up to this much; the exact bytes are in the file's segments. */
const mostMetadataBytes = 64 * 1024;

interface FileColumns {
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly TensorRange[];
  readonly streams: number[];
  readonly starts: number[];
  readonly lengths: number[];
}

/** Gathers the index of an archive while its blocks are written one behind another. */
export class IndexBuilder {
  readonly #name: string;
  readonly #blockBytes: number;
  readonly #streams: { readonly lengths: number[]; readonly widths: Width[]; readonly codecs: string[] } = {
    lengths: [],
    widths: [],
    codecs: [],
  };
  readonly #blocks: { readonly lengths: number[]; readonly crc32s: number[] } = { lengths: [], crc32s: [] };
  readonly #files: FileColumns[] = [];
  readonly #offsets: number[] = [];
  #end = headerBytes;

  constructor(name: string, blockBytes: number) {
    this.#name = name;
    this.#blockBytes = blockBytes;
  }

  /** The place behind the last block. */
  get end(): number {
    return this.#end;
  }

  /** Opens the next file; its segments follow. */
  addFile(file: Omit<FileColumns, 'streams' | 'starts' | 'lengths'>): void {
    this.#files.push({ ...file, streams: [], starts: [], lengths: [] });
  }

  /** The next `length` bytes of the newest file are those of a stream from `start`. */
  addSegment(stream: number, start: number, length: number): void {
    const file = this.#files.at(-1);
    file?.streams.push(stream);
    file?.starts.push(start);
    file?.lengths.push(length);
  }

  /** Declares the next stream. */
  addStream(length: number, width: Width): void {
    this.#streams.lengths.push(length);
    this.#streams.widths.push(width);
    this.#streams.codecs.push('');
  }

  /** The codec of a stream, in words, for people. */
  setCodec(stream: number, words: string): void {
    this.#streams.codecs[stream] = words;
  }

  /** The next block in the order of streams. It must be written at what {@link end} was before. */
  addBlock(storedLength: number): void {
    this.#offsets.push(this.#end);
    this.#end += storedLength;
    this.#blocks.lengths.push(storedLength);
    this.#blocks.crc32s.push(0);
  }

  /** The checksum of a block, once it was written and read back. */
  setChecksum(block: number, crc32: number): void {
    this.#blocks.crc32s[block] = crc32;
  }

  /** A block added before, to be read again. */
  block(number: number): { readonly offset: number; readonly storedLength: number; readonly crc32: number } {
    return {
      offset: this.#offsets[number] ?? 0,
      storedLength: this.#blocks.lengths[number] ?? 0,
      crc32: this.#blocks.crc32s[number] ?? 0,
    };
  }

  /** The whole index, with the digests that were not known before. */
  finish(fileDigests: readonly string[], tensorDigests: readonly string[]): IndexText {
    const tensors = this.#files.flatMap((file, number) => file.tensors.map((tensor) => ({ ...tensor, file: number })));
    return {
      version: 1,
      name: this.#name,
      blockBytes: this.#blockBytes,
      streams: this.#streams,
      blocks: this.#blocks,
      files: this.#files.map(({ tensors: _, metadata, ...file }, number) => ({
        ...file,
        sha256: fileDigests[number] ?? '',
        metadata: JSON.stringify(metadata).length <= mostMetadataBytes ? metadata : {},
      })),
      tensors: {
        files: tensors.map(({ file }) => file),
        names: tensors.map(({ name }) => name),
        dtypes: tensors.map(({ dtype }) => dtype),
        shapes: tensors.map(({ shape }) => [...shape]),
        offsets: tensors.map(({ offset }) => offset),
        lengths: tensors.map(({ byteLength }) => byteLength),
        sha256s: [...tensorDigests],
      },
    };
  }
}
