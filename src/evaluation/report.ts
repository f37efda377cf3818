import type {
  OutputReport,
  NoiseFloor,
  MetricReport,
  Example,
  LayerReport,
  WeightReport,
  OwnMetric,
} from './figures.ts';
import type { ErrorData } from '../engine/errors.ts';

/** What is asked. */
export interface EvaluateRequest {
  readonly command: 'evaluate' | 'compare';
  /** The model that is looked at: ONNX, archive, folder, or weights without a graph. */
  readonly model: string;
  /** What it is compared with. */
  readonly original?: string | undefined;
  /** A task file; without one, `compare` uses pseudo-inputs. */
  readonly task?: string | undefined;
  /** The folder that the task's paths are relative to; default: that of the task file. */
  readonly dataFolder?: string | undefined;
  /** Where bases of archives may be, besides their own folder and the original's. */
  readonly bases?: readonly string[] | undefined;
  /** At most so many items. */
  readonly limit?: number | undefined;
  /** These items of the task, in this order; `limit` does not count then. */
  readonly places?: readonly number[] | undefined;
  readonly seed?: number | undefined;
  /** Threads of the runtime; default: all cores. */
  readonly threads?: number | undefined;
  /** Also what each layer gives. */
  readonly layers?: boolean | undefined;
  /** A program of the person's own, with `{model}` where the path goes. */
  readonly evaluator?: string | undefined;
  /** How long that program may take on one model. */
  readonly evaluatorSeconds?: number | undefined;
}

/** One of the two models. */
export interface ModelReport {
  readonly path: string;
  readonly name: string;
  /** Of the model's files. */
  readonly bytes: number;
  /** On disk as it was given: an archive's own. */
  readonly storedBytes: number;
  readonly sha256: string;
  /** Why it could not run, precisely; absent where it ran or was not asked to. */
  readonly fault?: ErrorData;
  /** Seconds that it took in the runtime. */
  readonly inferenceSeconds?: number;
}

/** A metric and what may be said of it. */
export type JudgedMetric = MetricReport & { readonly verdict: string };

/** What an evaluation says at its end. */
export interface EvaluationReport {
  readonly command: 'evaluate' | 'compare';
  readonly candidate: ModelReport;
  readonly original?: ModelReport;
  readonly task?: { readonly path: string; readonly title: string; readonly sha256: string };
  /** Where the inputs come from; pseudo-inputs measure differences and never how good a model is. */
  readonly inputs: 'task' | 'pseudo' | 'none';
  readonly items: number;
  readonly unit: string;
  readonly seed: number;
  /** How far the original is from itself; of the candidate where there is no original. */
  readonly noiseFloor?: NoiseFloor;
  readonly metrics: readonly JudgedMetric[];
  readonly outputs: readonly OutputReport[];
  /** Items that are answered otherwise, and the ones that changed most. */
  readonly changed: number;
  readonly examples: readonly Example[];
  readonly ownMetrics?: readonly OwnMetric[];
  readonly layers?: LayerReport;
  readonly weights?: WeightReport;
  /** Whether the original's answers were taken from an earlier evaluation. */
  readonly originalFromCache: boolean;
  readonly seconds: number;
  readonly peakRssBytes: number;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
    readonly engine: string;
  };
  readonly notices: readonly string[];
}
