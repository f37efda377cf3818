import type { InputFile, Inputs } from '../models/inputs.ts';
import type { Narrow } from './onnx-narrow/narrowing.ts';
import type { Stage } from './stage.ts';
import type { StoredTensors } from './stored.ts';

/** What a file of this kind is better at than the original, in the program it is made for. */
export interface Ticks {
  readonly smallerOnDisk: boolean;
  readonly smallerInMemory: boolean;
  readonly faster: boolean;
}

/** What became of one tensor. */
export interface ExportedTensor {
  readonly name: string;
  /** The file of the original that it is in. */
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytesIn: number;
  /** In the export, with scales. */
  readonly bytesOut: number;
  /** How it is stored there, e.g. `I8 per channel`. */
  readonly to: string;
  /** ‖W − Ŵ‖ / ‖W‖ over the tensor, and the largest difference of one value; 0 where the values are the same. */
  readonly relativeError: number;
  readonly maxError: number;
  /** Why it is not stored as most are. */
  readonly why?: string;
}

/** What an export is given. */
export interface ExportJob {
  readonly inputs: Inputs;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  /** Where the model is what an approximate archive restores to: what that made of its tensors. */
  readonly stored?: StoredTensors | undefined;
  /** Chooses channels to take out; absent where no sample inputs are at hand. */
  readonly narrow?: Narrow | undefined;
  /** Pairs for the metadata of the new file: where it came from and how it was made. */
  readonly provenance: Readonly<Record<string, string>>;
  /** Told of bytes of the original that are done with. */
  progress(bytes: number): void;
  notice(message: string): void;
}

export interface ExportOutcome {
  readonly tensors: readonly ExportedTensor[];
  /** The name of the file to open. */
  readonly main: string;
  /** Files and metadata of the original that went along. */
  readonly carried: readonly string[];
}

/** A kind of file that another program runs. An entry of a folder here, with a `spec.md`, and a line in `catalog.ts`. */
export interface ExportTarget {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly ticks: Ticks;
  /** How to load the file there. */
  readonly load: string;
  /** Formats of the files that it can be made of; empty: any. */
  readonly from: readonly string[];
  /** What reads the result before it is called done. */
  readonly check: 'onnx' | 'safetensors' | 'gguf';
  /** Whether it needs {@link ExportJob.narrow}, and so sample inputs. */
  readonly learns?: boolean;
  /** The ending of the new file, with the dot. */
  extension(file: InputFile): string;
  /** Why the model cannot become such a file, or `undefined` if it can, as far as headers, graphs and small files beside it tell. */
  refuses(inputs: Inputs, signal: AbortSignal): string | undefined | Promise<string | undefined>;
  write(job: ExportJob): Promise<ExportOutcome>;
}
