import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ComparedRun } from '../../../contract/runs.ts';
import { useConnection } from '../../host/connection.tsx';
import { useLook, type TensorKey } from '../../host/models.ts';
import { useRun } from '../../host/runs.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Weights.module.css';
import { runTitle } from './figures.ts';
import { TwoUp } from './TwoUp.tsx';

const tensorsOffered = 100;

/** The weights of one tensor in two of the results, under one slider. */
export function Weights({ runs }: { readonly runs: readonly ComparedRun[] }) {
  const [left, setLeft] = useState(runs[0]?.id);
  const [right, setRight] = useState(runs[1]?.id ?? runs[0]?.id);
  const [chosen, setChosen] = useState<string>();
  const tensors = useTensorsOf(left);
  const tensor = tensors.data?.find((known) => keyOf(known) === chosen) ?? tensors.data?.[0];
  const choices = runs.map((run) => ({ value: run.id, label: runTitle(run) }));
  const a = runs.find(({ id }) => id === left);
  const b = runs.find(({ id }) => id === right);
  return (
    <>
      <div className={classes.choices}>
        <NativeSelect
          label="Left"
          data={choices}
          value={left}
          onChange={({ currentTarget }) => setLeft(currentTarget.value)}
        />
        <NativeSelect
          label="Right"
          data={choices}
          value={right}
          onChange={({ currentTarget }) => setRight(currentTarget.value)}
        />
        <NativeSelect
          label="Tensor, of the largest"
          data={tensors.data?.map((known) => ({ value: keyOf(known), label: visibleText(known.name) })) ?? []}
          value={tensor && keyOf(tensor)}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        />
      </div>
      {tensors.error && <p>{`Not known: ${tensors.error.message}`}</p>}
      {tensors.data?.length === 0 && <p>This result has no tensors.</p>}
      {a !== undefined && b !== undefined && tensor !== undefined && <Pair left={a} right={b} tensor={tensor} />}
    </>
  );
}

function Pair({
  left,
  right,
  tensor,
}: {
  readonly left: ComparedRun;
  readonly right: ComparedRun;
  readonly tensor: TensorKey;
}) {
  const a = useArchive(left.id);
  const b = useArchive(right.id);
  if (a === undefined || b === undefined) return <p>Opening the archives …</p>;
  return <LookedAt left={left} right={right} paths={[a, b]} tensor={tensor} />;
}

interface LookedAtProps {
  readonly left: ComparedRun;
  readonly right: ComparedRun;
  readonly paths: readonly [string, string];
  readonly tensor: TensorKey;
}

function LookedAt({ left, right, paths, tensor }: LookedAtProps) {
  const a = useLook(paths[0], tensor);
  const b = useLook(paths[1], tensor);
  const error = a.error ?? b.error;
  if (error !== null) return <p>{`Not measured: ${error.message}`}</p>;
  if (a.data === undefined || b.data === undefined) return <p>Reading a sample of both …</p>;
  if (a.data.histogram === undefined || b.data.histogram === undefined)
    return <p>The elements of this tensor are no plain numbers, so there is no histogram.</p>;
  return (
    <TwoUp
      name={tensor.name}
      left={{ title: runTitle(left), histogram: a.data.histogram }}
      right={{ title: runTitle(right), histogram: b.data.histogram }}
    />
  );
}

/** Where the archive of a run lies. */
function useArchive(run: string): string | undefined {
  return useRun(run).data?.run.receipt.output;
}

function useTensorsOf(run: string | undefined) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['run tensors', run, 'largest'],
    queryFn: async () => (await host.call('runs.tensors', { id: run ?? '', limit: tensorsOffered })).tensors,
    enabled: run !== undefined,
  });
}

function keyOf({ file, name }: TensorKey): string {
  return `${file}\n${name}`;
}
