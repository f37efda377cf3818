/** Bytes that can be read at any place: a file, or memory in tests and browsers. Never memory-mapped. */
export interface ByteSource extends AsyncDisposable {
  /** Shown in messages. */
  readonly name: string;
  readonly size: number;
  /** Fills `target` from `offset`; throws rather than return short. */
  read(offset: number, target: Uint8Array): Promise<void>;
}
