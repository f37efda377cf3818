import type { SharedBlocks } from './shared-blocks.ts';

/** What manages the files of a model, so that a person finds it again. */
export type ModelApp = 'huggingface' | 'lm-studio' | 'ollama' | 'comfyui';

/** A file of a model of a zoo. */
export interface ZooFile {
  readonly path: string;
  readonly bytes: number;
  /** Device and inode. */
  readonly identity: string;
  /** Changes with its content. */
  readonly key: string;
  /** What the program that keeps it calls it by; believed for grouping, never for removing. */
  readonly sha256?: string;
}

/** One model of a zoo: what `compress` makes one archive of. */
export interface ZooModel {
  /** Where it is below the roots, with `/`; no two models share one. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly kind: 'file' | 'sharded' | 'folder' | 'hub-snapshot' | 'ollama';
  readonly app?: ModelApp;
  /** What to open. */
  readonly path: string;
  /** Weight files first. */
  readonly files: readonly ZooFile[];
  readonly weightFiles: number;
  readonly bytes: number;
  /** Milliseconds since 1970, the newest of its files. */
  readonly modified: number;
  /** Other places where the same files were met: links, other revisions, other tags. */
  readonly aliases: readonly string[];
  /** The id of an earlier model whose weights are equal, byte for byte. */
  readonly equalTo?: string;
  /** Bytes of its files that take no room of their own, since they lie in the blocks of an earlier one (reflinks). */
  readonly sharedBytes?: number;
}

/** What was found below some folders. */
export interface Zoo {
  readonly roots: readonly string[];
  readonly models: readonly ZooModel[];
  readonly files: number;
  /** Bytes of the models, every file once, and every block of the disk that copies share. */
  readonly bytes: number;
  readonly sharedBlocks: SharedBlocks;
  /** Files that belong to no model; they are left alone. */
  readonly others: { readonly files: number; readonly bytes: number };
  /** Archives that are there already. */
  readonly archives: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}
