import { bytesText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import type { Column } from './VirtualTable.tsx';

/** What a tensor is called, whole on hover. */
export const nameColumn: Column<{ readonly name: string }> = {
  title: 'Name',
  width: 'minmax(0, 3fr)',
  cell: ({ name }) => visibleText(name),
  hint: ({ name }) => visibleText(name),
};

interface Sized {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const sizeColumn = (title: string, bytesOf: (row: Sized) => number): Column<Sized> => ({
  title,
  width: '68px',
  isNumber: true,
  cell: (row) => bytesText(bytesOf(row)),
  hint: (row) => exactBytesText(bytesOf(row)),
});

/** How many bytes a tensor had, and has now. */
export const beforeColumn = sizeColumn('Before', ({ bytesIn }) => bytesIn);
export const afterColumn = sizeColumn('After', ({ bytesOut }) => bytesOut);
