import { Box, Button } from '@mantine/core';
import { useMemo } from 'react';
import type { Candidate, FittedTensor } from '../../../contract/fits.ts';
import { Actions } from '../../components/Actions.tsx';
import { Bars } from '../../components/chart/Bars.tsx';
import { Chart } from '../../components/chart/Chart.tsx';
import { Failure } from '../../components/Failure.tsx';
import { nameColumn } from '../../components/virtual-table/tensor-columns.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useFittedTensors } from '../../host/fits.ts';
import { bytesText, countText, numberText, percentText } from '../../text/amounts.ts';
import { bitsColor, bitsText } from '../../text/bits.ts';
import { visibleText } from '../../text/visible.ts';
import { qualityWords } from './FitFront.tsx';

interface CandidateDetailsProps {
  readonly candidate: Candidate;
  /** The words of the button. */
  readonly makes: string;
  readonly isBusy: boolean;
  readonly onMake: () => void;
}

/** Tensors that have bars; the table has all. */
const mostBars = 12;

/** What each tensor of a candidate takes, and the way to have it made. */
export function CandidateDetails({ candidate, makes, isBusy, onMake }: CandidateDetailsProps) {
  const { data, error } = useFittedTensors(candidate.fit, candidate.number);
  const largest = useMemo(
    () => (data ?? []).toSorted((a, b) => b.bits * b.count - a.bits * a.count).slice(0, mostBars),
    [data],
  );
  const [most] = largest;
  const finding =
    most === undefined ? '' : `${visibleText(most.name)} takes most, ${bytesText((most.bits * most.count) / 8)}.`;
  return (
    <section aria-label="The chosen candidate">
      <h2>{`~ ${bytesText(candidate.bytes)}`}</h2>
      <p>{qualityWords(candidate)}</p>
      <Box mb={24}>
        <Actions>
          <Button variant="default" disabled={isBusy} onClick={onMake}>
            {makes}
          </Button>
          <span>
            {candidate.ways === undefined
              ? 'An older version tried it and did not note its inputs: it is made with those chosen above.'
              : 'It is made with the inputs it was tried with. What was learned of them is kept, so this is quick.'}
          </span>
        </Actions>
      </Box>
      {error && <Failure error={error} />}
      {data !== undefined && data.length > 0 && (
        <>
          <Chart
            title="Bits by tensor"
            finding={finding}
            fileName="bits by tensor"
            table={{
              columns: ['Tensor', 'Weights', 'Bits per weight', 'Step', 'Relative error', 'Sensitivity'],
              rows: data.map(({ name, count, bits, relativeError, damage, ...rest }) => [
                name,
                { value: count, text: countText(count) },
                { value: bits, text: bitsText(bits) },
                { value: rest.step, text: stepText(rest) },
                relativeError === undefined ? '' : { value: relativeError, text: percentText(relativeError) },
                damage === undefined ? '' : { value: damage, text: numberText(damage) },
              ]),
            }}
          >
            <Bars
              title="Bits by tensor"
              description={finding}
              rows={largest.map(({ name, bits }) => ({
                label: visibleText(name),
                value: bits,
                color: bitsColor(bits),
              }))}
              text={(bits) => `${bitsText(bits)} bits`}
            />
          </Chart>
          <VirtualTable
            label="Tensors of the candidate"
            columns={columns}
            total={data.length}
            rowAt={(place) => data[place]}
            onRange={() => undefined}
          />
        </>
      )}
    </section>
  );
}

/** The distance of the lines of the grid, or the name of another method. */
function stepText({ step, method = 'grid' }: Pick<FittedTensor, 'step' | 'method'>): string {
  return method === 'grid' ? numberText(step) : method;
}

const columns: readonly Column<FittedTensor>[] = [
  { ...nameColumn, width: 'minmax(0, 4fr)' },
  { title: 'Weights', width: '80px', isNumber: true, isMinor: true, cell: ({ count }) => countText(count) },
  { title: 'Bits', width: '56px', isNumber: true, cell: ({ bits }) => bitsText(bits) },
  { title: 'Step', width: '88px', isNumber: true, isMinor: true, cell: stepText },
  {
    title: 'Error',
    width: '72px',
    isNumber: true,
    cell: ({ relativeError }) => (relativeError === undefined ? '' : `~ ${percentText(relativeError)}`),
    hint: () => 'How far its weights are from the original’s, for their size',
  },
  {
    title: 'Sensitivity',
    width: '88px',
    isNumber: true,
    cell: ({ damage }) => (damage === undefined ? '' : numberText(damage)),
    hint: () => 'What rounding this tensor alone does to the answers',
  },
];
