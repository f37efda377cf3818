import type { Width } from '../codecs/codec.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import { headerBytes } from './frame.ts';
import type { ApproximationText } from './approximation-text.ts';
import type { IndexText } from './index-text.ts';
import type { InnerBase } from './inner-base.ts';
import type { BaseFile, Reference } from './reference.ts';

/** Text metadata of a model is kept in the index for display up to this much; the exact bytes are in the file's segments. */
const mostMetadataBytes = 4096;
const mostEntryBytes = 1024;

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
  readonly #streams: { readonly lengths: number[]; readonly widths: Width[]; readonly codecs: string[] } = {
    lengths: [],
    widths: [],
    codecs: [],
  };
  readonly #blocks: { readonly lengths: number[]; readonly crc32s: number[] } = { lengths: [], crc32s: [] };
  readonly #files: FileColumns[] = [];
  readonly #references = new Map<number, Reference>();
  readonly #bases: (BaseFile | { readonly inner: InnerBase })[] = [];
  readonly #offsets: number[] = [];
  #end = headerBytes;

  constructor(name: string) {
    this.#name = name;
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

  /** A file of another model that streams may be coded against, or what is made of tensors of this one; returns its number. */
  addBase(base: BaseFile | { readonly inner: InnerBase }): number {
    return this.#bases.push(base) - 1;
  }

  /** A stream has blocks that only its reference can decode. */
  setReference(stream: number, reference: Reference): void {
    this.#references.set(stream, reference);
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

  /** Only the bases that something was coded against, that of tensors of the archive itself last. */
  #referenceColumns(): Pick<IndexText, 'bases' | 'references' | 'inner'> {
    const rows = [...this.#references].sort(([left], [right]) => left - right);
    const used = [...new Set(rows.map(([, { base }]) => base))].sort((left, right) => left - right);
    const files = used.filter((base) => !('inner' in (this.#bases[base] ?? {})));
    const inner = used.map((base) => this.#bases[base]).find((base) => base && 'inner' in base);
    return {
      bases: files.flatMap((place) => {
        const base = this.#bases[place];
        return base && !('inner' in base) ? [base] : [];
      }),
      references: {
        streams: rows.map(([stream]) => stream),
        bases: rows.map(([, { base }]) => (files.includes(base) ? files.indexOf(base) : files.length)),
        offsets: rows.map(([, { offset }]) => offset),
      },
      ...(inner && 'inner' in inner && { inner: inner.inner }),
    };
  }

  /** The whole index, with the digests that were not known before. */
  finish(
    fileDigests: readonly string[],
    tensorDigests: readonly string[],
    approximation?: ApproximationText,
  ): IndexText {
    const tensors = this.#files.flatMap((file) => file.tensors);
    return {
      name: this.#name,
      streams: this.#streams,
      blocks: this.#blocks,
      files: this.#files.map(({ tensors: _, metadata, ...file }, number) => ({
        ...file,
        sha256: fileDigests[number] ?? '',
        metadata: shortened(metadata),
      })),
      tensors: {
        files: this.#files.flatMap((file, number) => Array<number>(file.tensors.length).fill(number)),
        names: tensors.map(({ name }) => name),
        dtypes: tensors.map(({ dtype }) => dtype),
        shapes: tensors.map(({ shape }) => shape),
        offsets: tensors.map(({ offset }) => offset),
        lengths: tensors.map(({ byteLength }) => byteLength),
        sha256s: tensorDigests,
      },
      ...(this.#references.size > 0 && this.#referenceColumns()),
      ...(approximation && { approximation }),
    };
  }
}

/** Of a file's metadata what an index has: the first entries of a reasonable length. */
export function shortened(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  let bytes = 0;
  const kept = Object.entries(metadata).filter(([key, value]) => {
    const length = key.length + value.length;
    if (length > mostEntryBytes || bytes + length > mostMetadataBytes) return false;
    bytes += length;
    return true;
  });
  return Object.fromEntries(kept);
}
