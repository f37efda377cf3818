import type { DoneRecord } from './journal.ts';
import type { PlanAction, PlannedModel, ZooPlan } from './plan.ts';

/** What became of one model. */
export interface BatchRow {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly action: PlanAction;
  readonly reason: string;
  /** `earlier`: finished by a run before. */
  readonly state: 'done' | 'earlier' | 'skipped' | 'failed';
  readonly bytesIn: number;
  /** Of its archive; of what was left alone its own. */
  readonly bytesOut: number;
  readonly seconds: number;
  readonly sha256?: string;
  readonly archive?: string;
  /** Names of the files that its archive needs. */
  readonly bases: readonly string[];
  readonly equalTo?: string;
  /** Of a failure. */
  readonly code?: string;
  /** A failure in words, why an original stays, or what a person should know of the model. */
  readonly note?: string;
}

/** What became of a zoo. Every sum is that of its rows. */
export interface BatchReport {
  readonly command: 'batch';
  readonly roots: readonly string[];
  readonly output: string;
  readonly models: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Bytes of the archives. */
  readonly archivedBytes: number;
  readonly seconds: number;
  readonly states: Readonly<Record<BatchRow['state'], number>>;
  readonly rows: readonly BatchRow[];
  readonly needsAttention: readonly BatchRow[];
}

/** A model that nothing was written for. */
export function leftAlone(planned: PlannedModel): BatchRow {
  const { bytesNow } = planned;
  return { ...told(planned), state: 'skipped', bytesIn: bytesNow, bytesOut: bytesNow, seconds: 0, bases: [] };
}

/** A model that has its archive. */
export function archived(planned: PlannedModel, done: DoneRecord): Omit<BatchRow, 'state'> {
  const { bytesIn, bytesOut, seconds, sha256, archive, bases } = done;
  const sizes = { bytesIn, bytesOut, seconds, sha256, archive };
  return { ...told(planned), ...sizes, bases: bases.map(({ name }) => name) };
}

/** What a row says of its model whatever became of it. */
function told({ id, name, path, action, reason, equalTo }: PlannedModel) {
  return { id, name, path, action, reason, ...(equalTo !== undefined && { equalTo }) };
}

export function batchReport(
  { roots, output }: Pick<ZooPlan, 'roots' | 'output'>,
  rows: readonly BatchRow[],
): BatchReport {
  const states = { done: 0, earlier: 0, skipped: 0, failed: 0 };
  const sum = (pick: (row: BatchRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  for (const { state } of rows) states[state]++;
  return {
    command: 'batch',
    roots,
    output,
    models: rows.length,
    bytesIn: sum(({ bytesIn }) => bytesIn),
    bytesOut: sum(({ bytesOut }) => bytesOut),
    archivedBytes: sum(({ archive, bytesOut }) => (archive === undefined ? 0 : bytesOut)),
    seconds: Math.round(sum(({ seconds }) => seconds) * 1000) / 1000,
    states,
    rows,
    needsAttention: rows.filter(({ state }) => state === 'failed'),
  };
}

const columns = [
  'id',
  'action',
  'state',
  'bytesIn',
  'bytesOut',
  'seconds',
  'archive',
  'sha256',
  'bases',
  'equalTo',
  'reason',
  'note',
] as const;

/** The rows as comma-separated values; the last line is the sum. */
export function reportCsv({ rows, bytesIn, bytesOut, seconds }: BatchReport): string {
  const total = { id: 'total', bytesIn, bytesOut, seconds };
  const lines = [...rows, total].map((row) =>
    columns.map((column) => csvCell(row[column as keyof typeof row])).join(','),
  );
  return `${columns.join(',')}\r\n${lines.join('\r\n')}\r\n`;
}

function csvCell(value: unknown): string {
  const text = Array.isArray(value)
    ? value.join(' ')
    : typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : '';
  // What begins like a formula would be one in a spreadsheet.
  const plain = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** One page that needs nothing else; names from files are text in it. */
export function reportHtml(report: BatchReport): string {
  const { rows, bytesIn, bytesOut, states, needsAttention, output } = report;
  const cells = (row: BatchRow): string =>
    [row.id, row.action, row.state].map((text) => `<td>${escaped(text)}</td>`).join('') +
    [row.bytesIn, row.bytesOut].map((bytes) => `<td class="n">${bytes.toLocaleString('en')}</td>`).join('') +
    `<td class="n">${share(row.bytesOut, row.bytesIn)}</td><td>${escaped(row.note ?? row.reason)}</td>`;
  const table = (some: readonly BatchRow[]): string =>
    `<table><thead><tr><th>Model</th><th>Action</th><th>State</th><th>Bytes before</th><th>Bytes after</th><th>Left</th><th>Why</th></tr></thead><tbody>${some
      .map((row) => `<tr>${cells(row)}</tr>`)
      .join('')}</tbody></table>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Featherweight: ${escaped(output)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}table{border-collapse:collapse}th,td{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #8884}.n{text-align:right;font-variant-numeric:tabular-nums}</style>
<h1>${escaped(output)}</h1>
<p>${rows.length} models, ${bytesIn.toLocaleString('en')} bytes before, ${bytesOut.toLocaleString('en')} bytes after (${share(bytesOut, bytesIn)}).
${Object.entries(states)
  .map(([state, count]) => `${count} ${state}`)
  .join(', ')}.</p>
${needsAttention.length > 0 ? `<h2>Needs attention</h2>${table(needsAttention)}` : ''}
<h2>All models</h2>${table(rows)}</html>
`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

function escaped(text: string): string {
  return text.replace(
    /[&<>"'\u0000-\u0008\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `&#${character.codePointAt(0) ?? 63};`,
  );
}
