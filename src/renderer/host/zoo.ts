import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Input, Output } from '../../contract/calls.ts';
import { useConnection } from './connection.tsx';
import { usePages } from './use-pages.ts';

/** What the zoo is at, kept new by its event. */
export function useZooState() {
  const { host } = useConnection();
  const queries = useQueryClient();
  useEffect(() => host.on('zoo.changed', (run) => queries.setQueryData(['zoo', 'state'], run)), [host, queries]);
  return useQuery({ queryKey: ['zoo', 'state'], queryFn: () => host.call('zoo.state', {}) });
}

/** What the last scan of this window found. */
export function useZooSummary() {
  return useQuery<Output<'zoo.scan'>>({ queryKey: ['zoo', 'summary'], queryFn: skipToken, gcTime: Infinity });
}

/** The plan that was made last in this window. */
export function useZooPlan() {
  return useQuery<Output<'zoo.plan'>>({ queryKey: ['zoo', 'plan'], queryFn: skipToken, gcTime: Infinity });
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
      queries.removeQueries({ queryKey: ['zoo', 'plan'] });
      queries.setQueryData(['zoo', 'summary'], summary);
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
    onSuccess: (plan) => queries.setQueryData(['zoo', 'plan'], plan),
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
    onSuccess: (run) => queries.setQueryData(['zoo', 'state'], run),
    networkMode: 'always',
  });
}
