import { addLoss, lossOf, noLoss, type LossSums } from '../../quantizers/loss.ts';
import type { FileLayout } from '../../formats/format.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { emptyDigest } from '../job/digests.ts';
import type { TensorReport } from '../job/events.ts';
import type { ApproximationText } from '../../archive/approximation-text.ts';
import type { MethodStep } from '../approximate/recipe.ts';
import type { Place } from '../cut/cut.ts';

/**
 * Keeps what became of each tensor of a model, by its key: its place in the order of files and offsets. In columns, because
 * objects for a hundred thousand tensors take many times what is known of them.
 */
export class TensorLedger {
  readonly #files: readonly { readonly name: string }[];
  readonly #tensors: readonly TensorRange[];
  readonly #fileNumbers: Uint32Array;
  readonly #bytesOut: Float64Array;
  readonly #codecs: string[];
  readonly #digests: string[];
  /** Only of what is approximated. */
  readonly #losses = new Map<number, LossSums>();
  readonly #firstKeys: readonly number[];
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
    this.#tensors = files.flatMap(({ layout }) => layout?.tensors ?? []);
    this.#fileNumbers = new Uint32Array(this.#tensors.length);
    this.#bytesOut = new Float64Array(this.#tensors.length);
    this.#codecs = this.#tensors.map(() => 'store');
    this.#digests = this.#tensors.map(() => emptyDigest);
    let end = 0;
    this.#firstKeys = files.map(({ layout }, file) => {
      const first = end;
      end += layout?.tensors.length ?? 0;
      this.#fileNumbers.fill(file, first, end);
      return first;
    });
    this.#cursors = [...this.#firstKeys];
  }

  /** The key of a file's first tensor; the others follow by offset. */
  firstKey(file: number): number {
    return this.#firstKeys[file] ?? 0;
  }

  /** Notes that a block was stored: its bytes are shared among the tensors in it. Blocks come in file order. */
  addStored(file: number, offset: number, length: number, bytesOut: number, codec: string, loss?: LossSums): void {
    const end = this.#endKey(file);
    for (let key = this.#cursors[file] ?? 0; key < end; key++) {
      const tensor = this.#tensors[key];
      if (!tensor) return;
      const from = Math.max(offset, tensor.offset);
      const to = Math.min(offset + length, tensor.offset + tensor.byteLength);
      if (tensor.offset >= offset + length) return;
      if (from < to) {
        this.#bytesOut[key] = (this.#bytesOut[key] ?? 0) + (bytesOut * (to - from)) / length;
        if (codec !== '') this.#codecs[key] = codec;
        if (loss) this.#losses.set(key, addLoss(this.#losses.get(key) ?? noLoss, loss));
      }
      if (to < tensor.offset + tensor.byteLength) return;
      this.#cursors[file] = key + 1;
    }
  }

  /** Notes a tensor's digest and tells what became of it. */
  finish(key: number, sha256: string): TensorReport {
    const tensor = this.#tensors[key];
    if (!tensor) throw new Error(`There is no tensor ${key}.`);
    this.#digests[key] = sha256;
    return this.#report(tensor, key);
  }

  get digests(): readonly string[] {
    return this.#digests;
  }

  get reports(): TensorReport[] {
    return this.#tensors.map((tensor, key) => this.#report(tensor, key));
  }

  /** What was approximated, for the index. */
  approximationText(sources: readonly string[]): ApproximationText {
    const methods = new Map<string, number>();
    const rows = this.#tensors.flatMap(({ offset, byteLength }, key) => {
      const choice = this.#choices[this.#fileNumbers[key] ?? 0]?.get(offset);
      if (choice === undefined || typeof choice === 'string' || byteLength === 0) return [];
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
    return this.#losses.get(this.#equalOf(key) ?? key) ?? noLoss;
  }

  #report(tensor: TensorRange, key: number): TensorReport {
    const file = this.#fileNumbers[key] ?? 0;
    const choice = this.#choices[file]?.get(tensor.offset);
    const equal = this.#equalOf(key);
    const equalTo = equal === undefined ? undefined : this.#tensors[equal]?.name;
    return {
      name: tensor.name,
      file: this.#files[file]?.name ?? '',
      dtype: tensor.dtype,
      shape: tensor.shape,
      bytesIn: tensor.byteLength,
      bytesOut: Math.round(this.#bytesOut[key] ?? 0),
      codec: equalTo === undefined ? (this.#codecs[key] ?? '') : 'equal',
      sha256: this.#digests[key] ?? '',
      ...(equalTo !== undefined && { equalTo }),
      ...(typeof choice === 'string' && { kept: choice }),
      ...(typeof choice === 'object' && { approximation: { ...choice, loss: lossOf(this.#lossAt(key)) } }),
    };
  }

  /** The key of the earlier tensor that is stored for this one, if one is. */
  #equalOf(key: number): number | undefined {
    const original = this.#originals[this.#fileNumbers[key] ?? 0]?.get(this.#tensors[key]?.offset ?? -1);
    return original && this.#keyAt(original);
  }

  #keyAt({ file, offset }: Place): number {
    let [low, high] = [this.firstKey(file), this.#endKey(file)];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#tensors[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle;
    }
    // An empty tensor may begin at the same byte; the one with bytes is the last there.
    return low;
  }

  #endKey(file: number): number {
    return this.#firstKeys[file + 1] ?? this.#tensors.length;
  }
}
