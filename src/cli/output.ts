import { stripVTControlCharacters } from 'node:util';
import { exitCodes } from './exit-code.ts';
import { jsonLine } from './json-line.ts';
import type { BenchmarkMeasurement, BenchmarkReport } from './bench/report.ts';
import type { ZooLine, ZooReport } from './zoo-reports.ts';
import type { AblationReport, CandidateEvent, EvaluationReport, FitReport, TrialEvent } from '../evaluation/index.ts';
import type {
  EngineCatalog,
  ErrorData,
  Estimate,
  ExportReport,
  ExportTarget,
  Inspection,
  NoticeEvent,
  ProgressEvent,
  Report,
  StartedEvent,
  TensorEvent,
} from '../engine/index.ts';

/** The report of `inspect --json`. */
export interface InspectReport extends Inspection {
  readonly command: 'inspect';
}

/** The kinds of files that `export --list` tells. */
export interface ExportListReport {
  readonly command: 'export';
  readonly targets: readonly Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks' | 'load'>[];
}

/** The report of `estimate --json`. */
export interface EstimateReport extends Estimate {
  readonly command: 'estimate';
  readonly input: string;
}

/** The report of one `compress` of several models. */
export interface BatchReport {
  readonly command: 'compress';
  readonly reports: readonly Report[];
}

/** The report of `methods`. */
export interface MethodsReport {
  readonly command: 'methods';
  readonly methods: EngineCatalog['methods'];
}

export type AnyReport =
  | ZooReport
  | Report
  | ExportReport
  | ExportListReport
  | InspectReport
  | EstimateReport
  | BatchReport
  | BenchmarkReport
  | EvaluationReport
  | FitReport
  | AblationReport
  | MethodsReport
  | { readonly command: 'serve' };

/** A line of `--json` output; the last one is always `finished` or `failed`. */
export type OutputLine =
  | ZooLine
  | StartedEvent
  | ProgressEvent
  | TensorEvent
  | NoticeEvent
  | CandidateEvent
  | TrialEvent
  | { readonly type: 'report'; readonly report: Report | InspectReport }
  | { readonly type: 'measurement'; readonly measurement: BenchmarkMeasurement }
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'finished'; readonly report: AnyReport }
  | { readonly type: 'failed'; readonly error: ErrorData };

/** Where a command's words go. */
export interface Output {
  readonly json: boolean;
  /** Writes a JSON line; without `--json` nothing. */
  line(line: OutputLine): void;
  /** Writes human text: to stdout, or to stderr with `--json`, where stdout belongs to scripts. */
  say(text: string): void;
  /** Writes human text to stderr. */
  warn(text: string): void;
  /** Replaces the live line at the bottom of the terminal; `undefined` takes it away. Without a terminal nothing. */
  live(text: string | undefined): void;
  /** Whether {@link Output.live} shows anything. */
  readonly hasLive: boolean;
}

/** Output over the process's own streams. A reader that goes away (`| head`) silences a stream and fails nothing; a full disk fails. */
export function processOutput(json: boolean): Output {
  const stdout = quietWhenClosed(process.stdout);
  const stderr = quietWhenClosed(process.stderr);
  const hasLive = process.stderr.isTTY;
  let liveText: string | undefined;
  const live = (text: string | undefined): void => {
    if (!hasLive || text === liveText) return;
    const width = (process.stderr.columns || 80) - 1;
    stderr(`\r\u001b[K${text === undefined ? '' : fit(text, width)}`);
    liveText = text;
  };
  const above = (write: (text: string) => void, text: string): void => {
    const kept = liveText;
    live(undefined);
    write(`${text}\n`);
    live(kept);
  };
  return {
    json,
    hasLive,
    live,
    line: (line) => {
      if (!json) return;
      for (const part of jsonLine(line)) stdout(part);
    },
    say: (text) => above(json ? stderr : stdout, text),
    warn: (text) => above(stderr, text),
  };
}

function quietWhenClosed(stream: NodeJS.WriteStream): (text: string) => void {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code === 'EPIPE') return;
    process.on('exit', (code) => {
      if (code === exitCodes.done) process.exitCode = exitCodes.inputOutput;
    });
  });
  return (text) => {
    if (open) stream.write(text);
  };
}

/** Colours would be cut in two, so a line that is too long loses them. */
function fit(text: string, width: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length <= width ? text : `${plain.slice(0, width - 1)}…`;
}
