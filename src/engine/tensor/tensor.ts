/** What a model file says of one tensor. */
export interface TensorInfo {
  readonly name: string;
  /** A dtype of ours where the coder knows it, else the file's own word: an unknown dtype is coded as bytes, never refused. */
  readonly dtype: string;
  /** Extents, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** A tensor and where its bytes lie in its file. */
export interface TensorRange extends TensorInfo {
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Present where the file has a checksum over these bytes that its readers compare, so that they take no others. */
  readonly isChecked?: true;
}
