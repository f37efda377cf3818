/** The tables, as the newest migration leaves them. Times are milliseconds since 1970. */
export interface Tables {
  readonly run: RunRow;
  /** In the file of evaluations, as the next one. */
  readonly evaluation: EvaluationRow;
  readonly answers: AnswersRow;
}

export interface RunRow {
  readonly id: string;
  readonly command: string;
  readonly name: string;
  readonly input: string;
  readonly output: string | null;
  readonly finished: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly sha256: string;
  /** What lists and results show; small. */
  readonly receipt_json: string;
  /** The engine's whole report, with a row per tensor. */
  readonly report_json: string;
}

export interface EvaluationRow {
  readonly id: string;
  readonly finished: number;
  readonly candidate_sha256: string;
  readonly original_sha256: string | null;
  readonly task_sha256: string | null;
  /** What lists and charts show. */
  readonly summary_json: string;
  readonly report_json: string;
}

/** What an original answered, by the hash of model, task and items. */
export interface AnswersRow {
  readonly key: string;
  /** When it was last of use. */
  readonly used: number;
  readonly content: Uint8Array;
}
