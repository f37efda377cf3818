import type { Worker } from 'node:worker_threads';
import type {
  CompressReport,
  CompressRequest,
  EngineCatalog,
  Estimate,
  EstimateRequest,
  EngineContext,
  Inspection,
  InspectRequest,
  JobEvent,
  LookRequest,
  RestoreReport,
  RestoreRequest,
  TensorLook,
  VerifyReport,
  VerifyRequest,
} from '../engine/index.ts';

/** What the application asks of the engine; tests hand in a stand-in. */
export interface Engine {
  compress(request: CompressRequest, context: EngineContext): AsyncIterable<JobEvent<CompressReport>>;
  restore(request: RestoreRequest, context: EngineContext): AsyncIterable<JobEvent<RestoreReport>>;
  verify(request: VerifyRequest, context: EngineContext): AsyncIterable<JobEvent<VerifyReport>>;
  inspect(request: InspectRequest): Promise<Inspection>;
  estimate(request: EstimateRequest, context: EngineContext): Promise<Estimate>;
  look(request: LookRequest, context: EngineContext): Promise<TensorLook>;
  listCatalog(): Promise<EngineCatalog>;
}

export type SpawnWorker = () => Worker;
