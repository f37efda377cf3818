import type { LayerReport, WeightReport } from '../figures.ts';
import type { ErrorData } from '../../engine/errors.ts';
import type { LayerRequest } from '../compare/layers.ts';
import type { CalibrateRequest, Calibration } from '../joint/calibrate/calibrate.ts';
import type { RoundedTo, RoundRequest } from '../joint/round/round.ts';
import type { Probe, SensitivityRequest } from '../joint/weigh/sensitivity.ts';
import type { MethodsRequest, MethodTrials } from '../joint/weigh/try-methods.ts';
import type { Narrowing } from '../../engine/exports/onnx-narrow/narrowing.ts';
import type { NarrowRequest } from '../narrow/narrow-model.ts';
import type { Measurement, MeasureRequest } from '../inference/measure.ts';
import type { Trial, TrialRequest } from '../inference/trial.ts';

/** What the process of its own can be asked, and what it answers. */
export interface Tasks {
  readonly measure: { readonly request: MeasureRequest; readonly result: Measurement };
  readonly trial: { readonly request: TrialRequest; readonly result: Trial };
  readonly weights: {
    readonly request: { readonly original: string; readonly candidate: string };
    readonly result: WeightReport;
  };
  readonly calibrate: { readonly request: CalibrateRequest; readonly result: Calibration };
  readonly sensitivity: { readonly request: SensitivityRequest; readonly result: readonly Probe[] };
  readonly methods: { readonly request: MethodsRequest; readonly result: readonly MethodTrials[] };
  readonly round: { readonly request: RoundRequest; readonly result: readonly RoundedTo[] };
  readonly narrow: { readonly request: NarrowRequest; readonly result: Narrowing };
  readonly layers: { readonly request: LayerRequest; readonly result: LayerReport };
}

export type TaskName = keyof Tasks;

/** The one message that the process is sent. */
export interface TaskMessage<Name extends TaskName = TaskName> {
  readonly task: Name;
  readonly request: Tasks[Name]['request'];
}

/** What it sends; after `done` or `failed` it ends. */
export type TaskReply =
  | { readonly type: 'progress'; readonly phase: string; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly result: unknown; readonly peakRssBytes: number }
  | { readonly type: 'failed'; readonly error: ErrorData };

/**
 * A process that runs `process/entry.ts`. Models run in one of their own, because the runtime's native code can neither be
 * stopped from outside nor trusted with the life of the application.
 */
export interface EvaluationProcess {
  post(message: TaskMessage): void;
  /** At most one listener each. */
  onMessage(listener: (reply: TaskReply) => void): void;
  /** Called once, with words of how it ended. */
  onExit(listener: (how: string) => void): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

/** Starts such a process; the shell knows how. */
export type SpawnEvaluation = () => EvaluationProcess;
