import type { SpawnEvaluation } from '../evaluation/index.ts';
import type { Engine, SpawnWorker } from '../host/engine.ts';

/** How to serve the user interface. */
export interface ServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** How long it serves nobody before it ends by itself; 0 for ever. */
  readonly idleMilliseconds: number;
  /** Told of what does not stop the server. */
  readonly warn: (message: string) => void;
}

/** A running local server of the user interface. */
export interface RunningServer {
  readonly url: string;
  /** Resolves when nobody was served for as long as was allowed. */
  readonly idle: Promise<unknown>;
  close(): Promise<void>;
}

/** What the command line is given by its entry file, which alone knows whether it runs from a bundle or from source. */
export interface Shell {
  readonly version: string;
  readonly engine: Engine;
  readonly spawnWorker: SpawnWorker;
  /** Starts the process that models run in. */
  readonly spawnEvaluation?: SpawnEvaluation;
  /** Starts the local server. Loaded late: no other command pays for it. */
  readonly startServer?: (options: ServerOptions) => Promise<RunningServer>;
}
