import type { FileIdentity } from '../io/file-source.ts';

/** One file of a model. */
export interface ModelFile {
  /** Absolute, links resolved where the file was found by the engine rather than named by the person. */
  readonly path: string;
  /** Relative to the model's folder, with `/`; always one that {@link safeArchiveName} lets through. */
  readonly name: string;
  readonly size: number;
  /** The file itself where the engine found it; whatever else is at its path when it is opened is refused. */
  readonly found?: Pick<FileIdentity, 'device' | 'inode'>;
}

/** What a path means: the files that belong together and are archived as one. */
export interface Model {
  readonly name: string;
  /** What was opened, absolute: a file, an index or a folder. */
  readonly path: string;
  /** The weight files by name, then the files that go with them by name; never empty, no name twice. */
  readonly files: readonly ModelFile[];
  /** What a person should know: files that stay behind, an index that was not asked for. */
  readonly notices: readonly string[];
  /** For a sharded model: the name of the file that its index gives for each tensor. */
  readonly shardOf?: ReadonlyMap<string, string>;
}
