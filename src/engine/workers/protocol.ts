import type { CodecNode, Preset, Width } from '../codecs/codec.ts';
import type { ErrorData } from '../errors.ts';
import type { PieceApproximation, TensorApproximation } from '../quantizers/approximate.ts';
import type { PieceDType } from '../quantizers/frame.ts';
import type { LossSums } from '../quantizers/loss.ts';
import type { Geometry, Told } from '../quantizers/quantizer.ts';
import type { StatisticsNeeds, TensorStatistics } from '../quantizers/statistics.ts';
import type { ElementType } from '../tensor/record.ts';
import type { Direction } from '../trellis/runs.ts';
import type { SampleLook } from './sample-look.ts';
import type { Trial, TrialResult } from './sample-trial.ts';

/** A run of bytes of a file, by process-wide descriptor. */
export interface FileRange {
  readonly descriptor: number;
  readonly offset: number;
  readonly length: number;
}

/** What a stream's elements are, for the planner. */
export interface StreamKind {
  readonly width: Width;
  readonly dtype?: ElementType | undefined;
  /** Lengths that rows of the tensor may have, in elements of the stream, where its shape tells. */
  readonly rows?: readonly number[];
  /** Which way a trellis goes over rows, the elements being its codes. */
  readonly trellis?: Direction | undefined;
}

/** A coded block whose checksum is not known yet. */
export interface BlockShape {
  readonly storedLength: number;
  /** Bytes of the block before coding. */
  readonly length: number;
  readonly width: Width;
  /** Bytes that it may have been coded against, as many as `length`. */
  readonly reference?: FileRange | undefined;
}

/** A coded block of an archive. */
export interface StoredBlock extends BlockShape {
  readonly crc32: number;
}

/** A block to be coded. */
export interface BlockPlan {
  readonly length: number;
  readonly stream: StreamKind;
  readonly reference?: FileRange | undefined;
  /** Whether the reference is what other parts of the model restore to. */
  readonly isInner?: boolean | undefined;
  /** Absent: the thread plans from the block itself. */
  readonly node?: CodecNode | undefined;
  /** Present: the block is a piece to be approximated, and in the slot its bytes become those that it restores to. */
  readonly approximation?: PieceApproximation | undefined;
}

export interface CodedBlock {
  readonly storedLength: number;
  /** The codecs that it came to, in words. */
  readonly codec: string;
  /** Whether decoding needs the block's reference. */
  readonly usesReference: boolean;
  /** Of an approximated block. */
  readonly loss?: LossSums;
}

/** A run of numbers in a batch, to be measured. */
export interface MeasuredRun {
  /** Bytes from the start of the batch. */
  readonly start: number;
  readonly length: number;
  readonly dtype: PieceDType;
  /** The run's first number in its tensor, and how many there are. */
  readonly first: number;
  readonly total: number;
  readonly columns: number;
  readonly channels: Geometry['channels'];
  readonly needs: StatisticsNeeds;
  /** As many bytes of a base, where it is asked how the numbers differ from it. */
  readonly reference?: FileRange | undefined;
}

/**
 * What one thread can be asked to do; each task answers once, tasks of one thread run in order. Blocks travel in batches
 * that lie one behind another in both files, because a message costs as much as coding some kilobytes.
 */
export type Task =
  /** Loads the codecs, which `open` does as well. */
  | { readonly kind: 'load' }
  | { readonly kind: 'open'; readonly slots: number; readonly slotBytes: number; readonly blockBytes: number }
  | {
      readonly kind: 'plan';
      readonly ranges: readonly FileRange[];
      /** The same places of the reference, where there is one. */
      readonly references?: readonly FileRange[] | undefined;
      readonly stream: StreamKind;
      readonly streamLength: number;
      readonly preset: Preset;
    }
  | {
      /** Counts and codes a sample, for people. */
      readonly kind: 'look';
      readonly ranges: readonly FileRange[];
      readonly stream: StreamKind;
      readonly preset: Preset;
    }
  | ({
      /** Approximates a sample, for people; at most a block of it. */
      readonly kind: 'try';
      readonly ranges: readonly FileRange[];
      readonly preset: Preset;
    } & Trial)
  | {
      readonly kind: 'encode';
      readonly slot: number;
      readonly source: FileRange;
      readonly blocks: readonly BlockPlan[];
      readonly preset: Preset;
      /** Where the bytes that the batch restores to are written besides, once it is coded. */
      readonly target?: FileRange | undefined;
    }
  | {
      /** Reads a batch into a slot and looks at the numbers in it. */
      readonly kind: 'measure';
      readonly slot: number;
      readonly source: FileRange;
      readonly runs: readonly MeasuredRun[];
    }
  | {
      /** Decides what all pieces of a tensor share, and how their parts are coded, from its statistics and a run of rows. */
      readonly kind: 'parameters';
      readonly quantizer: string;
      readonly options: unknown;
      readonly geometry: Geometry;
      readonly dtype: PieceDType;
      readonly statistics: TensorStatistics;
      /** Absent for a tensor of one piece, whose parts are planned when it is coded. */
      readonly rows?: (FileRange & { readonly firstRow: number }) | undefined;
      readonly prepared?: TensorApproximation['prepared'];
      readonly told?: Told | undefined;
      readonly preset: Preset;
    }
  | {
      readonly kind: 'prove';
      readonly slot: number;
      readonly archive: FileRange;
      readonly blocks: readonly BlockShape[];
    }
  | {
      /** Proves blocks that an earlier run has stored. */
      readonly kind: 'prove-again';
      readonly slot: number;
      readonly source: FileRange;
      readonly archive: FileRange;
      readonly blocks: readonly StoredBlock[];
    }
  | {
      readonly kind: 'prove-reference';
      readonly slot: number;
      readonly source: FileRange;
      readonly archive: FileRange;
      readonly block: StoredBlock;
      /** Where in the stored block the source bytes should be. */
      readonly start: number;
    }
  | {
      readonly kind: 'decode';
      readonly slot: number;
      /** Whether to check the checksums of the blocks; a digest of all that they restore to makes up for it. */
      readonly checks: boolean;
      readonly archive: FileRange;
      readonly blocks: readonly StoredBlock[];
      /** Write the decoded bytes from `start` on to a file. */
      readonly target?: { readonly start: number; readonly range: FileRange } | undefined;
    }
  | {
      /** Reads what an earlier run has restored back into a slot. */
      readonly kind: 'read-back';
      readonly slot: number;
      readonly source: FileRange;
    }
  | { readonly kind: 'attach'; readonly thread: number; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'hash'; readonly pieces: HashPieces };

/** What running digests are of. */
export const digestKinds = ['files', 'tensors'] as const;
export type DigestKind = (typeof digestKinds)[number];

/** Bytes to feed to one running digest. `last` ends it. */
export interface HashPiece {
  readonly thread: number;
  readonly start: number;
  readonly length: number;
  readonly key: number;
  readonly last: boolean;
}

/** By what digests are of. */
export type HashPieces = Readonly<Partial<Record<DigestKind, readonly HashPiece[]>>>;
/** Hex digests that ended, by their keys. */
export type EndedDigests = Readonly<Partial<Record<DigestKind, Readonly<Record<number, string>>>>>;

export interface Results {
  readonly load: null;
  readonly open: { readonly memory: SharedArrayBuffer; readonly inputs: readonly number[] };
  readonly plan: { readonly node: CodecNode };
  readonly look: SampleLook;
  readonly try: TrialResult;
  readonly encode: { readonly blocks: readonly CodedBlock[] };
  readonly measure: { readonly statistics: readonly TensorStatistics[] };
  readonly parameters: TensorApproximation;
  /** The checksums of the blocks as they were read back. */
  readonly prove: { readonly crc32s: readonly number[] };
  readonly 'prove-again': null;
  readonly 'prove-reference': null;
  readonly decode: null;
  readonly 'read-back': null;
  readonly attach: null;
  readonly hash: EndedDigests;
}

export type TaskKind = Task['kind'];

export type TaskOf<Kind extends TaskKind> = Extract<Task, { kind: Kind }>;
export interface Request {
  readonly id: number;
  readonly task: Task;
}
export type Reply =
  { readonly id: number; readonly result: Results[TaskKind] } | { readonly id: number; readonly error: ErrorData };
