import { FeatherweightError } from '../errors.ts';

const pageBytes = 65536;
/** Kernels load and store whole words, so up to this many bytes past the end of any allocation may be touched. */
export const slackBytes = 64;
/** Room at the start of every workspace for the tables of the kernel that runs: one of 64-bit entries for all pairs of bytes. */
export const tableBytes = 8 * 65536;
const firstFree = 1024 + tableBytes;

/**
 * A fixed amount of WebAssembly memory with a bump allocator. It never grows, because growing detaches every view, and so
 * that a worker's memory is known in advance. Streams that live here reach kernels without a copy.
 */
export class Workspace {
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  #top = firstFree;

  constructor(byteLength: number) {
    const pages = Math.ceil((firstFree + byteLength) / pageBytes);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /** Room for `length` bytes, 64-byte aligned, with slack behind it; the content is whatever was there. */
  allocate(length: number): Uint8Array<SharedArrayBuffer> {
    const start = (this.#top + 63) & ~63;
    const end = start + length + slackBytes;
    if (length < 0 || end > this.bytes.length)
      throw new FeatherweightError(
        'INTERNAL',
        `The workspace has ${this.bytes.length - start} bytes left; ${length} were asked for.`,
      );
    this.#top = end;
    return this.bytes.subarray(start, start + length);
  }

  /** Whether `length` more bytes would fit. */
  hasRoom(length: number): boolean {
    return ((this.#top + 63) & ~63) + length + slackBytes <= this.bytes.length;
  }

  /** The place to {@link release} to later. */
  mark(): number {
    return this.#top;
  }

  release(mark: number): void {
    this.#top = mark;
  }

  /** `bytes` themselves if they live here, else a copy that does. */
  place(bytes: Uint8Array): Uint8Array {
    if (bytes.buffer === this.bytes.buffer) return bytes;
    const copy = this.allocate(bytes.length);
    copy.set(bytes);
    return copy;
  }
}
