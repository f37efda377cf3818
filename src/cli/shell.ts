import type { Worker } from 'node:worker_threads';
import type {
  CompressReport,
  CompressRequest,
  EngineContext,
  Inspection,
  InspectRequest,
  JobEvent,
  RestoreReport,
  RestoreRequest,
  VerifyReport,
  VerifyRequest,
} from '../engine/index.ts';

/** The parts of the engine that commands call; the entry passes the real one, tests may pass another. */
export interface Engine {
  compress(request: CompressRequest, context: EngineContext): AsyncGenerator<JobEvent<CompressReport>>;
  restore(request: RestoreRequest, context: EngineContext): AsyncGenerator<JobEvent<RestoreReport>>;
  verify(request: VerifyRequest, context: EngineContext): AsyncGenerator<JobEvent<VerifyReport>>;
  inspect(request: InspectRequest): Promise<Inspection>;
}

/** A running local server of the user interface. */
export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the command line is given by its entry file, which alone knows whether it runs from a bundle or from source. */
export interface Shell {
  readonly version: string;
  readonly engine: Engine;
  readonly spawnWorker: () => Worker;
  /** Starts the local server. Loaded late: no other command pays for it. */
  readonly startServer?: (options: { readonly port: number }) => Promise<RunningServer>;
}
