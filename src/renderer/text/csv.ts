/** Letters that would end a value, and those that make a spreadsheet calculate with it. */
const needsQuotes = /[",\r\n]/;
const startsFormula = /^[=+\-@\t\r]/;

/** Rows as comma-separated values (RFC 4180). Text that a spreadsheet would take for a formula is set behind an apostrophe. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

function field(value: string | number): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = startsFormula.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
