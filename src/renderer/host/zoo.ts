import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Input, Output } from '../../contract/calls.ts';
import { isZooBusy, type ZooRun } from '../../contract/zoo.ts';
import { useConnection } from './connection.tsx';
import { newerState } from './merge-states.ts';
import { usePages } from './use-pages.ts';

const stateKey = ['zoo', 'state'];
const lastKey = ['zoo', 'last'];

/** What the zoo is at, kept new by its event. */
export function useZooState() {
  const { host } = useConnection();
  const queries = useQueryClient();
  useEffect(
    () =>
      host.on('zoo.changed', (run) => {
        tellState(queries, run);
        // Another window may have asked for it, or this one before it was loaded again.
        if (!isZooBusy(run)) void queries.invalidateQueries({ queryKey: lastKey });
      }),
    [host, queries],
  );
  return useQuery({
    queryKey: stateKey,
    queryFn: async () => {
      const told = await host.call('zoo.state', {});
      // Only now: events may have come while the answer was on its way.
      return newerState(queries.getQueryData<ZooRun>(stateKey), told);
    },
  });
}

function tellState(queries: QueryClient, run: ZooRun): void {
  queries.setQueryData<ZooRun>(stateKey, (known) => newerState(known, run));
}

/** The last scan and its plan, also those of an earlier start of the program. */
export function useLastZoo() {
  const { host } = useConnection();
  return useQuery({ queryKey: lastKey, queryFn: () => host.call('zoo.last', {}), gcTime: Infinity });
}

/** The largest part of the models that were found, for the picture of them. */
export function useZooModels(scanned: number) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['zoo', 'models', scanned],
    queryFn: () => host.call('zoo.models', { limit: 1000 }),
    gcTime: 60_000,
  });
}

/** Which models of the plan are shown, and in which order. */
export type PlannedFilter = Omit<Input<'zoo.planned'>, 'offset' | 'limit'>;

/** Ids that are asked for in one call. */
const idsAtOnce = 1000;

/** The models of a plan by the page; ids also of what was never shown. */
export function usePlannedModels(made: number, filter: PlannedFilter) {
  const { host } = useConnection();
  const pages = usePages(['zoo', 'planned', made, filter], async (offset, limit) => {
    const { models, total } = await host.call('zoo.planned', { ...filter, offset, limit });
    return { rows: models, total };
  });
  const idsBetween = async (from: number, to: number): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let offset = from; offset <= to; offset += idsAtOnce) {
      const limit = Math.min(idsAtOnce, to - offset + 1);
      const { models } = await host.call('zoo.planned', { ...filter, offset, limit });
      ids.push(...models.map(({ id }) => id));
    }
    return ids;
  };
  return { pages, idsBetween };
}

/** Looks through folders. What was planned before is forgotten. */
export function useScanZoo() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (roots: readonly string[]) => host.call('zoo.scan', { roots: [...roots] }),
    onSuccess: (summary) => {
      queries.setQueryData<Output<'zoo.last'>>(lastKey, { summary });
    },
    networkMode: 'always',
  });
}

/** Plans by measuring samples; nothing is written. */
export function usePlanZoo() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input<'zoo.plan'>) => host.call('zoo.plan', input),
    onSuccess: (plan) => queries.setQueryData<Output<'zoo.last'>>(lastKey, (last) => ({ ...last, plan })),
    networkMode: 'always',
  });
}

/** The report as the text of a file. */
export function useZooDownload() {
  const { host } = useConnection();
  return useMutation({
    mutationFn: (format: Input<'zoo.download'>['format']) => host.call('zoo.download', { format }),
    networkMode: 'always',
  });
}

/** Begins to carry out the plan, or stops that. */
export function useSteerZoo() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (call: 'zoo.start' | 'zoo.cancel') => host.call(call, {}),
    onSuccess: (run) => tellState(queries, run),
    networkMode: 'always',
  });
}

/** Tries models again that failed; all of them where none are named. */
export function useRetryZoo() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (ids: readonly string[] | undefined) =>
      host.call('zoo.retry', ids === undefined ? {} : { ids: [...ids] }),
    onSuccess: (run) => tellState(queries, run),
    networkMode: 'always',
  });
}

/** The models of the last run by the page; `done` changes when they do. */
export function useReportRows(done: number, filter: Omit<Input<'zoo.report'>, 'offset' | 'limit'>) {
  const { host } = useConnection();
  return usePages(['zoo', 'report', 'rows', done, filter], (offset, limit) =>
    host.call('zoo.report', { ...filter, offset, limit }),
  );
}
