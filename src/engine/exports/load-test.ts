/** What another program said of an export. */
export interface LoadTest {
  /** Who read it. */
  readonly reader: string;
  /** Whether it did; `undefined` where it is not installed. */
  readonly isLoaded: boolean | undefined;
  /** In words: what was run, or why it could not be. */
  readonly result: string;
}

/** New files that another program is to read, before they get their names. */
export interface LoadRequest {
  readonly kind: 'onnx' | 'safetensors' | 'gguf';
  readonly folder: string;
  /** All files in it; the one to open. */
  readonly names: readonly string[];
  readonly main: string;
  /** The first file of the original. */
  readonly original: string;
}
