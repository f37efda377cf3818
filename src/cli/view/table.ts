/** One column: its heading and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Longer cells stand out of their column, rather than push the columns of all rows out of sight. */
const mostWidth = 80;

/** Lines of a plain text table, two spaces between columns; cells must already be safe to print. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) =>
    all.reduce((width, row) => Math.max(width, Math.min(mostWidth, lengthOf(row[index] ?? ''))), 0),
  );
  return all.map((row) =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(cell)));
        return align === 'right' ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
