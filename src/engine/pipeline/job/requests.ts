import type { Worker } from 'node:worker_threads';
import type { Preset } from '../../codecs/codec.ts';
import type { LoadRequest, LoadTest } from '../../exports/load-test.ts';
import type { Narrow } from '../../exports/onnx-narrow/narrowing.ts';
import type { Told } from '../../quantizers/quantizer.ts';
import type { MethodStep, RecipeInput } from '../approximate/recipe.ts';

/** What a job is handed by its shell; the engine reaches for nothing by itself. */
export interface EngineContext {
  /** Starts a thread that runs `engine/workers/worker.ts`; the shell knows whether that is a source file or a bundle chunk. */
  readonly spawnWorker: () => Worker;
  /** Aborting ends the work and removes what it wrote; with a {@link Suspension} as the reason that is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Holds work between batches. */
  readonly pause?: PauseGate | undefined;
  /** Keep what was done also when the disk is full, because the caller will go on when it is not. */
  readonly keepsWork?: boolean | undefined;
}

/** Somebody may hold work for a while. */
export interface PauseGate {
  /** What to wait for at a border before going on; nothing while nobody holds the work. A tensor's end is a border too. */
  wait(border: 'batch' | 'tensor'): Promise<void> | undefined;
}

/** What a job may take of the machine. */
export interface ResourceRequest {
  /** Coding threads; default: the machine's cores. */
  readonly threads?: number | undefined;
  /** The most memory the whole process may take, in bytes; default 1 GiB, at least 256 MiB. */
  readonly memoryBytes?: number | undefined;
}

/** A copy of a model in which some tensors have other numbers. */
export interface PreparedWeights {
  /** A model of the same files with the same layout. */
  readonly path: string;
  readonly tensors: readonly PreparedTensor[];
}

/** Its numbers in the copy lie on lines, or are values of codebooks, that were found; or those of the model are approximated by a method of the catalog. */
export type PreparedAs = { readonly told: Told } | { readonly by: MethodStep };

export type PreparedTensor = {
  /** Number of the file in the model, and first byte in it. */
  readonly file: number;
  readonly offset: number;
} & PreparedAs;

export interface CompressRequest extends ResourceRequest {
  /** A file of any kind, an index of shards, or a folder that holds one model. */
  readonly input: string;
  /** Default: beside the input, its name with `.fwz` behind it. */
  readonly output?: string | undefined;
  readonly preset?: Preset | undefined;
  /** Models or archives of models that this one may be stored as a difference to; restoring then needs those it was stored to. */
  readonly bases?: readonly string[] | undefined;
  /** Present: weights are approximated as it says, and the archive's name tells so. Default: every byte comes back. */
  readonly approximate?: RecipeInput | undefined;
  /** With `approximate`: numbers that were found for some tensors, which are stored in place of rounded ones. */
  readonly prepared?: PreparedWeights | undefined;
  /** Replace an existing output file (never the input). */
  readonly overwrite?: boolean | undefined;
}

export interface RestoreRequest extends ResourceRequest {
  readonly archive: string;
  /** A file for one file or one tensor, a folder for several; default: beside the archive, the names it holds. */
  readonly output?: string | undefined;
  /** Where bases may be: files, archives or folders, besides the archive's own folder. */
  readonly bases?: readonly string[] | undefined;
  /** Archives that wait for this one to be restored, because it is a base of theirs; they are not bases of it. */
  readonly within?: readonly string[] | undefined;
  /** Only the raw bytes of this tensor. */
  readonly tensor?: string | undefined;
  readonly overwrite?: boolean | undefined;
}

export interface VerifyRequest extends ResourceRequest {
  readonly archive: string;
  /** The original file or folder, compared byte for byte by sha256. */
  readonly against?: string | undefined;
  /** As of {@link RestoreRequest}. */
  readonly bases?: readonly string[] | undefined;
  /** A published sha256 (64 hex digits) of the original file. */
  readonly sha256?: string | undefined;
}

export interface ExportRequest extends ResourceRequest {
  /** A model as for compressing, or an archive. */
  readonly input: string;
  /** One of `exportTargets`. */
  readonly target: string;
  /** Default: beside the input, its name with the target's in it. A folder where it is one, or the model has several files. */
  readonly output?: string | undefined;
  readonly overwrite?: boolean | undefined;
}

/** What exporting is handed besides. */
export interface ExportContext extends EngineContext {
  /** Has new files read by programs of others, of which the engine has none. */
  readonly readExport?: ((request: LoadRequest, signal: AbortSignal) => Promise<LoadTest>) | undefined;
  /** Chooses channels that a model can do without, from sample inputs. */
  readonly narrow?: Narrow | undefined;
}

export interface InspectRequest {
  /** A model file, an index, a folder, or an archive. */
  readonly path: string;
}

export interface InspectedTensor {
  readonly name: string;
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** First byte in the original file. */
  readonly offset: number;
  /** For archives. */
  readonly bytesOut?: number;
  readonly codec?: string;
  readonly sha256?: string;
}

export interface InspectedFile {
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  readonly tensors: number;
  /** For archives: of the original file. */
  readonly sha256?: string;
  /** What is wrong with it, where, found and allowed; such a file is stored as bytes. */
  readonly fault?: string;
}

/** What `inspect` tells, without reading tensor bytes. */
export interface Inspection {
  readonly kind: 'model' | 'archive';
  readonly name: string;
  readonly path: string;
  /** Bytes of the original model. */
  readonly bytes: number;
  /** Bytes of the archive. */
  readonly bytesOut?: number;
  readonly files: readonly InspectedFile[];
  readonly tensors: readonly InspectedTensor[];
  readonly parameters: number;
  /** For archives: weights were approximated, so what it restores is not the original. */
  readonly isApproximate?: boolean;
  /** For archives: the files of other models that are needed to restore it. */
  readonly bases?: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  /** Largest first. */
  readonly dtypes: readonly { readonly dtype: string; readonly tensors: number; readonly bytes: number }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
}
