import type { Preview } from '../figures.ts';
import type { Values } from './tensor.ts';

/** One thing that a model is asked about: an image, a line, a window of tokens, a clip of many frames. */
export interface SourceItem {
  readonly name: string;
  /** Runs of the model that it takes; more than one for a clip. */
  readonly frames: number;
  /** The input of one frame, with its batch axis of 1. */
  frame(index: number): Values;
  /** Its entry in the index file. */
  readonly entry?: Readonly<Record<string, unknown>>;
  /** The folder it lies in. */
  readonly folder?: string;
  /** For tokens: the one after each. */
  readonly next?: Float64Array;
  preview?(): Promise<Preview | undefined>;
}

/** The items of one model input, read one at a time. */
export interface ItemSource extends AsyncDisposable {
  readonly count: number;
  /** What each item takes in memory, where that is known before. */
  readonly itemBytes?: number;
  /** Whether items that follow each other share inputs. */
  readonly doOverlap?: boolean;
  item(index: number): Promise<SourceItem>;
}
