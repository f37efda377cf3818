/** A file of another model, told by its bytes and not by its name. */
export interface BaseFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** As many bytes of a base file as a stream has, from `offset`. */
export interface Reference {
  readonly base: number;
  readonly offset: number;
}
