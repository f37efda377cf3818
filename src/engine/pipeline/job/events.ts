import type { ErrorData } from '../../errors.ts';
import type { ExportedTensor, Ticks } from '../../exports/export.ts';
import type { TensorLoss } from '../../quantizers/loss.ts';
import type { LoadTest } from '../../exports/load-test.ts';

/**
 * `measure` looks at weights before they are approximated; `compress` writes and proves block by block; `flush` waits for the
 * disk; `restore` and `verify` read back. `weights` compares tensors. The others are of evaluations and count items instead of bytes: `noise` asks a model twice, `evaluate` asks both,
 * `layers` compares what layers give. `export` writes a file for another program, `check` has it read there. `calibrate` learns what
 * inputs have in common, `sensitivity` what rounding a tensor does to outputs, `methods` what every method of the catalog does to it, `round` makes a
 * candidate.
 */
export type Phase =
  | 'scan'
  | 'measure'
  | 'compress'
  | 'prove'
  | 'flush'
  | 'restore'
  | 'verify'
  | 'weights'
  | 'noise'
  | 'evaluate'
  | 'layers'
  | 'export'
  | 'check'
  | 'calibrate'
  | 'sensitivity'
  | 'methods'
  | 'round';

export interface StartedEvent {
  readonly type: 'started';
  readonly command: string;
  /** What is worked on, for people. */
  readonly name: string;
  readonly bytesTotal: number;
}

/** Honest progress: bytes of original data that this phase has finished with. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly phase: Phase;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes written so far. */
  readonly bytesOut: number;
  /** Bytes per second over the last few seconds. */
  readonly rate: number;
  /** Absent until a rate is known. */
  readonly secondsLeft?: number;
}

/** What a tensor, or slices of it, are stored as differences to: something of the same archive, or of a base. */
export interface Leaning {
  /** The other tensor; a slice is told as `name[number]`. Of a base its file. */
  readonly to: string;
  readonly isBase?: true;
  /** Numbers of the slices; absent: the whole tensor. */
  readonly slices?: readonly number[];
}

export interface TensorReport {
  readonly name: string;
  /** The file of the model it is in, relative to the model's folder. */
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytesIn: number;
  /** Bytes in the archive; 0 when it equals an earlier tensor; a share by size where tiny tensors are coded together. */
  readonly bytesOut: number;
  /** The codec tree in words, e.g. `float-fields(huffman, store)`. */
  readonly codec: string;
  readonly sha256: string;
  /** The earlier tensor with the same bytes, if any. */
  readonly equalTo?: string;
  /** Present where it is stored as differences to others of the model, or to a base. */
  readonly leansOn?: readonly Leaning[];
  /** What was done to it, and what that lost; absent: every bit comes back. */
  readonly approximation?: {
    readonly method: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly loss: TensorLoss;
  };
  /** Why it is exact in an approximate archive, in words. */
  readonly kept?: string;
}

export interface TensorEvent {
  readonly type: 'tensor';
  readonly tensor: TensorReport;
}

/** Something worth knowing that does not stop the work. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly message: string;
  readonly file?: string;
}

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly engine: string;
}

export interface FileReport {
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of the original, where weights of the file were approximated. */
  readonly sourceSha256?: string;
}

export interface BaseReport {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

interface ReportCommon {
  readonly input: string;
  readonly output?: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly files: readonly FileReport[];
  /** Wall seconds of each phase and of the whole. */
  readonly seconds: Readonly<Partial<Record<Phase, number>>> & { readonly total: number };
  readonly peakRssBytes: number;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly machine: MachineFacts;
  readonly notices: readonly string[];
}

export interface CompressReport extends ReportCommon {
  readonly command: 'compress';
  readonly output: string;
  readonly preset: string;
  /** Of the one original file; of many, the sha256 of the text `sha256  name\n` per file in archive order. */
  readonly sha256: string;
  readonly tensors: readonly TensorReport[];
  /** bytesOut by kind: tensors, other bytes, index and frame. */
  readonly bytes: { readonly tensors: number; readonly other: number; readonly frame: number };
  /**
   * What was proved: every block was read back, decoded and compared byte for byte, with the original or, where weights were
   * approximated, with what they were approximated to.
   */
  readonly proof: 'bytes' | 'approximation';
  /** Present where weights were approximated; `sha256` and those of files and tensors are then of what restoring gives. */
  readonly approximation?: {
    /** Of the original, made as `sha256` is. */
    readonly sourceSha256: string;
    /** Bits in the archive for each number of an approximated tensor, everything that they need included. */
    readonly bitsPerWeight: number;
    readonly tensors: number;
    readonly kept: number;
  };
  /** The files of other models without which this archive cannot be restored. */
  readonly bases?: readonly BaseReport[];
}

export interface RestoreReport extends ReportCommon {
  readonly command: 'restore';
  readonly output: string;
  readonly sha256: string;
  /** Present where weights were approximated: the sha256 of the original, which is not what was restored. */
  readonly approximateOf?: string;
  readonly tensor?: string;
  /** The files of other models that it took, at any depth. */
  readonly bases?: readonly BaseReport[];
}

export interface VerifyReport extends ReportCommon {
  readonly command: 'verify';
  readonly sha256: string;
  readonly tensors: number;
  readonly blocks: number;
  /** Which rungs of the proof were climbed; `source`: the given original is what weights were approximated of. */
  readonly proved: readonly ('checksums' | 'tensors' | 'files' | 'original' | 'source' | 'published-sha256')[];
}

export interface ExportReport extends ReportCommon {
  readonly command: 'export';
  readonly target: string;
  /** The file or folder. */
  readonly output: string;
  /** Of the original, as an archive of it tells it. */
  readonly sha256: string;
  /** The original is an archive that holds approximated weights, and errors are told from those. */
  readonly isOfApproximate?: true;
  /** The new files, the one to open first. */
  readonly outputs: readonly FileReport[];
  readonly tensors: readonly ExportedTensor[];
  /** Bytes of the model files alone, before and after: side files are carried as they are. */
  readonly weightsIn: number;
  readonly weightsOut: number;
  readonly ticks: Ticks;
  /** How to load the result. */
  readonly load: string;
  readonly carried: readonly string[];
  /** Who read the result before it got its name, and what it found. */
  readonly loadTest: LoadTest;
}

export type Report = CompressReport | RestoreReport | VerifyReport;

export interface FinishedEvent<Result = Report> {
  readonly type: 'finished';
  readonly report: Result;
}

export interface FailedEvent {
  readonly type: 'failed';
  readonly error: ErrorData;
}

/** What a job yields; the last one is `finished`, or the generator throws (shells turn that into `failed`). */
export type JobEvent<Result = Report> =
  StartedEvent | ProgressEvent | TensorEvent | NoticeEvent | FinishedEvent<Result>;
