/** The tables, as the newest migration leaves them. Times are milliseconds since 1970. */
export interface Tables {
  readonly run: RunRow;
  readonly model: ModelRow;
  readonly measurement: MeasurementRow;
  readonly job: JobRow;
  readonly fit: FitRow;
  readonly setting: SettingRow;
  readonly original: OriginalRow;
  readonly candidate: CandidateRow;
  readonly export: ExportRow;
  readonly exported_tensor: ExportedTensorRow;
  readonly zoo: ZooRow;
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
  /** The engine's report without its tensors, which are measurements. */
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

/** A model that was compressed, by the sha256 of its bytes. */
export interface ModelRow {
  readonly sha256: string;
  readonly name: string;
  /** Where it was last. */
  readonly path: string;
  readonly bytes: number;
  readonly seen: number;
}

/** What became of one tensor in one run; `place` counts from 0 in the order of the archive. */
export interface MeasurementRow {
  readonly run_id: string;
  readonly place: number;
  readonly name: string;
  readonly file: string;
  readonly dtype: string;
  readonly shape_json: string;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly codec: string;
  readonly sha256: string;
  readonly equal_to: string | null;
  readonly approximation_json: string | null;
  readonly kept: string | null;
  readonly leans_on_json: string | null;
}

/** A job that has not ended; `place` orders the queue. */
export interface JobRow {
  readonly id: string;
  readonly place: number;
  readonly state: string;
  readonly job_json: string;
}

/** A fit that has not ended; `place` orders them. */
export interface FitRow {
  readonly id: string;
  readonly place: number;
  readonly fit_json: string;
}

export interface SettingRow {
  readonly name: string;
  readonly value_json: string;
}

/** An archive that a fit has tried; `number` counts from 1 in each fit. */
export interface CandidateRow {
  readonly fit_id: string;
  readonly number: number;
  readonly input: string;
  readonly tried: number;
  readonly bytes: number;
  readonly candidate_json: string;
  readonly tensors_json: string;
}

export interface OriginalRow {
  readonly run_id: string;
  readonly archive: string;
  readonly files_json: string;
  readonly replaced: number;
  readonly undone: number | null;
}

export interface ExportRow {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly finished: number;
  readonly receipt_json: string;
}

/** What became of one tensor in one export; `place` counts from 0 in the order of the report. */
export interface ExportedTensorRow {
  readonly export_id: string;
  readonly place: number;
  readonly name: string;
  readonly stored_as: string;
  readonly bytes_in: number;
  /** Nothing where it is no finite number. */
  readonly relative_error: number | null;
  readonly tensor_json: string;
}

/** `part` is `scan`, `plan` or `run`. */
export interface ZooRow {
  readonly part: string;
  readonly value_json: string;
}
