/** The tables, as the newest migration leaves them. Times are milliseconds since 1970. */
export interface Tables {
  readonly run: RunRow;
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
