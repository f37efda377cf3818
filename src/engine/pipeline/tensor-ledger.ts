import type { FileLayout } from '../formats/format.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import { emptyDigest } from './digests.ts';
import type { TensorReport } from './events.ts';
import type { Place } from './cut.ts';

interface Entry {
  readonly file: number;
  readonly tensor: TensorRange;
  bytesOut: number;
  codec: string;
  sha256: string;
}

/** Keeps what became of each tensor of a model, by its place in the order of files and offsets. */
export class TensorLedger {
  readonly #files: readonly { readonly name: string }[];
  readonly #entries: Entry[] = [];
  readonly #firstKeys: number[] = [];
  /** Per file, the tensor that the next stored bytes belong to. */
  readonly #cursors: number[];
  readonly #originals: readonly ReadonlyMap<number, Place>[];

  constructor(
    files: readonly { readonly name: string; readonly layout: FileLayout | undefined }[],
    originals: readonly ReadonlyMap<number, Place>[],
  ) {
    this.#files = files;
    this.#originals = originals;
    files.forEach(({ layout }, file) => {
      this.#firstKeys.push(this.#entries.length);
      for (const tensor of layout?.tensors ?? [])
        this.#entries.push({ file, tensor, bytesOut: 0, codec: 'store', sha256: emptyDigest });
    });
    this.#cursors = [...this.#firstKeys];
  }

  /** The key of a file's first tensor; the others follow by offset. */
  firstKey(file: number): number {
    return this.#firstKeys[file] ?? 0;
  }

  /** Notes that a block was stored: its bytes are shared among the tensors in it. Blocks come in file order. */
  addStored(file: number, offset: number, length: number, bytesOut: number, codec: string): void {
    const end = this.#firstKeys[file + 1] ?? this.#entries.length;
    for (let key = this.#cursors[file] ?? 0; key < end; key++) {
      const entry = this.#entries[key];
      if (!entry) return;
      const { tensor } = entry;
      const from = Math.max(offset, tensor.offset);
      const to = Math.min(offset + length, tensor.offset + tensor.byteLength);
      if (tensor.offset >= offset + length) return;
      if (from < to) {
        entry.bytesOut += (bytesOut * (to - from)) / length;
        if (codec !== '') entry.codec = codec;
      }
      if (to < tensor.offset + tensor.byteLength) return;
      this.#cursors[file] = key + 1;
    }
  }

  /** Notes a tensor's digest and tells what became of it. */
  finish(key: number, sha256: string): TensorReport {
    const entry = this.#entries[key];
    if (!entry) throw new Error(`There is no tensor ${key}.`);
    entry.sha256 = sha256;
    return this.#report(entry);
  }

  get digests(): string[] {
    return this.#entries.map(({ sha256 }) => sha256);
  }

  get reports(): TensorReport[] {
    return this.#entries.map((entry) => this.#report(entry));
  }

  #report({ file, tensor, bytesOut, codec, sha256 }: Entry): TensorReport {
    const original = this.#originals[file]?.get(tensor.offset);
    const equalTo = original && this.#nameAt(original);
    return {
      name: tensor.name,
      file: this.#files[file]?.name ?? '',
      dtype: tensor.dtype,
      shape: tensor.shape,
      bytesIn: tensor.byteLength,
      bytesOut: Math.round(bytesOut),
      codec: equalTo === undefined ? codec : 'equal',
      sha256,
      ...(equalTo !== undefined && { equalTo }),
    };
  }

  #nameAt({ file, offset }: Place): string | undefined {
    let [low, high] = [this.firstKey(file), this.#firstKeys[file + 1] ?? this.#entries.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.tensor.offset ?? 0) <= offset) low = middle;
      else high = middle;
    }
    // An empty tensor may begin at the same byte; the one with bytes is the last there.
    return this.#entries[low]?.tensor.name;
  }
}
