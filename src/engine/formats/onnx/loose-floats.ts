import type { Field } from '../protobuf.ts';
import type { TensorMessage } from './tensor-message.ts';

/** A tag of one byte and the number behind it. */
const stride = 5;
/** Fewer are settings of an operator: an epsilon, the scales of a picture. */
const fewest = 16;

/** Gathers numbers of a repeated field that its writer did not pack, so that each has its tag before it. */
export class LooseFloats {
  readonly #runs: { readonly start: number; end: number }[] = [];

  /** Takes the next field of its message, if it is such a number. */
  add({ start, end }: Field): void {
    if (end - start !== stride - 1) return;
    const last = this.#runs.at(-1);
    if (last?.end === start - 1) last.end = end;
    else this.#runs.push({ start: start - 1, end });
  }

  /** What they make: a tensor of each run that is long enough to be one. */
  tensors(): readonly TensorMessage[] {
    return this.#runs
      .map(({ start, end }) => ({ start, end, count: (end - start) / stride }))
      .filter(({ count }) => count >= fewest)
      .map(({ start, end, count }) => ({
        name: '',
        type: { dtype: 'F32', bits: 32 },
        typeNumber: 1,
        shape: [count],
        payloads: [{ dtype: 'F32 as fields', start, end }],
        external: undefined,
      }));
  }
}
