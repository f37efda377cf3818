import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { Facts } from '../../components/Facts.tsx';
import figures from '../../components/figures.module.css';
import { nameColumn } from '../../components/virtual-table/tensor-columns.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { countedText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { differenceText } from './evaluation-words.ts';

type Weights = NonNullable<EvaluationReport['weights']>;
type TensorError = Weights['tensors'][number];

const columns: readonly Column<TensorError>[] = [
  nameColumn,
  {
    title: 'Type',
    width: 'minmax(0, 1fr)',
    isMinor: true,
    cell: ({ dtype, candidateDtype }) => visibleText(dtype === candidateDtype ? dtype : `${dtype} → ${candidateDtype}`),
  },
  {
    title: 'Relative L2',
    width: '88px',
    isNumber: true,
    cell: ({ identical, relativeL2 }) => (identical ? 'identical' : differenceText(relativeL2)),
    hint: ({ relativeL2 }) => String(relativeL2),
  },
  { title: 'SQNR', width: '72px', isNumber: true, isMinor: true, cell: ({ sqnr }) => decibels(sqnr) },
  { title: 'Largest', width: '80px', isNumber: true, cell: ({ maxAbs }) => differenceText(maxAbs) },
  {
    title: 'Cosine',
    width: '80px',
    isNumber: true,
    isMinor: true,
    cell: ({ cosine }) => (cosine === null ? '' : cosine.toFixed(6)),
  },
  {
    title: 'Zeros',
    width: '64px',
    isNumber: true,
    isMinor: true,
    cell: ({ candidateZeros, elements }) => (elements === 0 ? '' : percentText(candidateZeros / elements)),
  },
];

/** How far the weights are from the original's; no measure of accuracy, and said so. */
export function WeightErrors({ weights }: { readonly weights: Weights }) {
  const { tensors, total, skipped, skippedTotal, added } = weights;
  const worst = tensors.toSorted((one, other) => (other.relativeL2 ?? Infinity) - (one.relativeL2 ?? Infinity));
  return (
    <section>
      <h2>Weights</h2>
      <p className={figures.quiet}>Weight error only; not an accuracy measurement.</p>
      <Facts
        facts={[
          [
            skippedTotal === 0 ? 'Over all of them' : 'Over those compared',
            tensors.length === 0
              ? 'No tensor could be compared.'
              : total.identical
                ? `Every element ${skippedTotal === 0 ? '' : 'of those that could be compared '}is equal.`
                : `relative L2 ${differenceText(total.relativeL2)}${total.sqnr === null ? '' : ` · SQNR ${decibels(total.sqnr)}`} · largest difference ${differenceText(total.maxAbs)}`,
          ],
          ...(skippedTotal === 0
            ? []
            : [
                [
                  'Not compared',
                  `${countedText(skippedTotal, 'tensor')}, the first: ${visibleText(skipped[0]?.name ?? '')}, ${visibleText(skipped[0]?.reason ?? '')}`,
                ] as const,
              ]),
          ...(added === 0 ? [] : [['Only in the candidate', countedText(added, 'tensor')] as const]),
        ]}
      />
      {worst.length > 0 && (
        <VirtualTable
          label="Weights, the most changed first"
          columns={columns}
          total={worst.length}
          rowAt={(index) => worst[index]}
          onRange={() => undefined}
        />
      )}
    </section>
  );
}

function decibels(value: number | null): string {
  return value === null ? '' : `${value.toFixed(1)} dB`;
}
