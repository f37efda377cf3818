/** Which channels of a model go, and what becomes of weights that make that good. Plain data. */
export interface Narrowing {
  /** One for each set of the model's channels, in order. */
  readonly cuts: readonly {
    /** The channels that stay, ascending. */
    readonly kept: readonly number[];
    /** The squared error of the outputs of what reads them, relative to their squares. */
    readonly error: number;
  }[];
  /** Tensors with other numbers: files of single precision with as many as before. */
  readonly changed: readonly { readonly name: string; readonly path: string }[];
}

/** Chooses the channels of an ONNX file; what it writes goes into `folder`. */
export type Narrow = (
  request: { readonly model: string; readonly folder: string },
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
) => Promise<Narrowing>;
