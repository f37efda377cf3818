import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { TableTwin } from '../../components/chart/TableTwin.tsx';
import { countText, percentText } from '../../text/amounts.ts';
import { differenceText } from './evaluation-words.ts';

type Output = EvaluationReport['outputs'][number];

/** How far each output is from the original's, whatever the task makes of it. */
export function OutputDifferences({ outputs }: { readonly outputs: readonly Output[] }) {
  if (outputs.length === 0) return null;
  return (
    <section>
      <h2>Outputs</h2>
      <TableTwin
        title="Outputs"
        table={{
          columns: ['Output', 'Relative L2', 'Cosine', 'Largest', 'KL', 'Same top-1', 'Flips'],
          rows: outputs.map(({ name, identical, relativeL2, cosine, maxAbs, kl, topOne }) => [
            name,
            cell(relativeL2, identical ? 'identical' : differenceText(relativeL2)),
            cell(cosine, cosine === null ? '' : cosine.toFixed(6)),
            cell(maxAbs, differenceText(maxAbs)),
            kl === undefined ? cell(null, '–') : cell(kl.value, differenceText(kl.value)),
            topOne === undefined ? cell(null, '–') : cell(topOne.value, percentText(topOne.value)),
            topOne === undefined
              ? cell(null, '–')
              : cell(topOne.flips, `${countText(topOne.flips)} of ${countText(topOne.rows)}`),
          ]),
        }}
      />
    </section>
  );
}

function cell(value: number | null, text: string): { readonly value: number; readonly text: string } {
  return { value: value ?? NaN, text };
}
