import type { ByteSource } from '../io/source.ts';
import type { TensorRange } from '../tensor/tensor.ts';

/** Something a person should know about a file that is still readable: trailing bytes, padding, an unknown dtype. */
export interface LayoutNotice {
  readonly message: string;
  /** Byte offset in the file, where there is one. */
  readonly offset?: number;
}

/**
 * Where the tensors of one file are. Everything between them is raw bytes; nothing is ever re-serialised, so an exact
 * archive needs no more than this.
 */
export interface FileLayout {
  readonly format: string;
  /** Sorted by offset; never overlapping; inside the file. Empty tensors come where they stand in the file's own order. */
  readonly tensors: readonly TensorRange[];
  /** The file's own text metadata, for display. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly notices: readonly LayoutNotice[];
  /** Tensors that this file describes but keeps in other files; their places are not checked. */
  readonly external?: readonly ExternalTensor[];
}

/** A tensor in another file than the one that describes it; the offset counts from the start of that other file. */
export interface ExternalTensor extends TensorRange {
  /** The other file as it is written, relative to the folder of the describing one; not to be trusted. */
  readonly location: string;
  /** Files that the bytes go on in, as if all of them were joined; the offset counts from the start of the first. */
  readonly continued?: readonly string[];
}

export interface ScanLimits {
  /** The most bytes of header or table that may be held in memory for one file. */
  readonly headerBytes: number;
}

/** A kind of model file. A folder with an `index.ts`, a `spec.md` and one line in `catalog.ts`. */
export interface Format {
  readonly id: string;
  readonly title: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  /** Looks only at the first bytes (up to 64) and the name; never throws. */
  detect(head: Uint8Array, fileName: string): boolean;
  /**
   * Finds the tensors. Throws {@link MalformedFileError} naming file, place, found and allowed; reads tensor bytes never,
   * allocates from a number in the file only after it was checked against `limits` and the file's size.
   */
  scan(source: ByteSource, limits: ScanLimits): Promise<FileLayout>;
}
