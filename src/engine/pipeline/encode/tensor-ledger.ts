import { addLoss, lossOf, noLoss, type LossSums } from '../../quantizers/loss.ts';
import type { FileLayout } from '../../formats/format.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { emptyDigest } from '../job/digests.ts';
import type { TensorReport } from '../job/events.ts';
import type { ApproximationText } from '../../archive/approximation-text.ts';
import type { MethodStep } from '../approximate/recipe.ts';
import type { Place } from '../cut/cut.ts';

interface Entry {
  readonly file: number;
  readonly tensor: TensorRange;
  bytesOut: number;
  codec: string;
  sha256: string;
  loss: LossSums | undefined;
}

/** Keeps what became of each tensor of a model, by its place in the order of files and offsets. */
export class TensorLedger {
  readonly #files: readonly { readonly name: string }[];
  readonly #entries: Entry[] = [];
  readonly #firstKeys: number[] = [];
  /** Per file, the tensor that the next stored bytes belong to. */
  readonly #cursors: number[];
  readonly #originals: readonly ReadonlyMap<number, Place>[];
  readonly #choices: readonly ReadonlyMap<number, MethodStep | string>[];

  constructor(
    files: readonly { readonly name: string; readonly layout: FileLayout | undefined }[],
    originals: readonly ReadonlyMap<number, Place>[],
    choices: readonly ReadonlyMap<number, MethodStep | string>[] = [],
  ) {
    this.#choices = choices;
    this.#files = files;
    this.#originals = originals;
    files.forEach(({ layout }, file) => {
      this.#firstKeys.push(this.#entries.length);
      for (const tensor of layout?.tensors ?? [])
        this.#entries.push({ file, tensor, bytesOut: 0, codec: 'store', sha256: emptyDigest, loss: undefined });
    });
    this.#cursors = [...this.#firstKeys];
  }

  /** The key of a file's first tensor; the others follow by offset. */
  firstKey(file: number): number {
    return this.#firstKeys[file] ?? 0;
  }

  /** Notes that a block was stored: its bytes are shared among the tensors in it. Blocks come in file order. */
  addStored(file: number, offset: number, length: number, bytesOut: number, codec: string, loss?: LossSums): void {
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
        if (loss) entry.loss = addLoss(entry.loss ?? noLoss, loss);
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

  /** What was approximated, for the index. */
  approximationText(sources: readonly string[]): ApproximationText {
    const methods = new Map<string, number>();
    const rows = this.#entries.flatMap(({ file, tensor }, key) => {
      const choice = this.#choices[file]?.get(tensor.offset);
      if (choice === undefined || typeof choice === 'string' || tensor.byteLength === 0) return [];
      const words = JSON.stringify(choice);
      if (!methods.has(words)) methods.set(words, methods.size);
      return [{ key, methodNumber: methods.get(words) ?? 0, loss: lossOf(this.#lossAt(key)) }];
    });
    const short = (value: number): number => Number(value.toPrecision(4));
    return {
      sources: [...sources],
      methods: [...methods.keys()].map((words) => JSON.parse(words) as ApproximationText['methods'][number]),
      tensors: rows.map(({ key }) => key),
      methodNumbers: rows.map(({ methodNumber }) => methodNumber),
      relativeL2s: rows.map(({ loss }) => short(loss.relativeL2)),
      mostErrors: rows.map(({ loss }) => short(loss.mostError)),
      zeros: rows.map(({ loss }) => short(loss.zeros)),
    };
  }

  /** The loss of a tensor, or of the equal one that is stored for it. */
  #lossAt(key: number): LossSums {
    const entry = this.#entries[key];
    const original = entry && this.#originals[entry.file]?.get(entry.tensor.offset);
    return (original ? this.#entryAt(original)?.loss : entry?.loss) ?? noLoss;
  }

  #report(entry: Entry): TensorReport {
    const { file, tensor, bytesOut, codec, sha256 } = entry;
    const choice = this.#choices[file]?.get(tensor.offset);
    const original = this.#originals[file]?.get(tensor.offset);
    const equal = original && this.#entryAt(original);
    const equalTo = equal?.tensor.name;
    const loss = (equal ?? entry).loss ?? noLoss;
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
      ...(typeof choice === 'string' && { kept: choice }),
      ...(typeof choice === 'object' && { approximation: { ...choice, loss: lossOf(loss) } }),
    };
  }

  #entryAt({ file, offset }: Place): Entry | undefined {
    let [low, high] = [this.firstKey(file), this.#firstKeys[file + 1] ?? this.#entries.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.tensor.offset ?? 0) <= offset) low = middle;
      else high = middle;
    }
    // An empty tensor may begin at the same byte; the one with bytes is the last there.
    return this.#entries[low];
  }
}
