import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Run } from '../../contract/jobs.ts';
import { useConnection } from './connection.tsx';

/** Finished jobs that the search finds, newest first. */
export function useRuns({ search = '', offset = 0, limit }: RunsWanted) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['runs', search, offset, limit],
    queryFn: () => host.call('runs.list', { search, offset, limit }),
    placeholderData: keepPreviousData,
  });
}

const runsAtOnce = 1000;

/** All finished jobs that the search finds, however many. */
export function useAllRuns() {
  const { host } = useConnection();
  return useMutation({
    mutationFn: async (search: string): Promise<readonly Run[]> => {
      const found: Run[] = [];
      for (let total = 1; found.length < total;) {
        const page = await host.call('runs.list', { search, offset: found.length, limit: runsAtOnce });
        found.push(...page.runs);
        total = page.runs.length === 0 ? 0 : page.total;
      }
      return found;
    },
    networkMode: 'always',
  });
}

interface RunsWanted {
  readonly search?: string;
  readonly offset?: number;
  readonly limit: number;
}

/** A finished job with where its bytes went. */
export function useRun(id: string | undefined) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['runs', 'one', id],
    queryFn: () => host.call('runs.get', { id: id ?? '' }),
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}

/** The figures of several runs beside each other. */
export function useComparison(ids: readonly string[]) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['runs', 'compare', ids],
    queryFn: () => host.call('runs.compare', { ids: [...ids] }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
}

/** What would go to the trash if the archive took the place of its original. Asked anew each time. */
export function useReplacementPlan(run: string, isWanted: boolean) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['originals', 'plan', run],
    queryFn: () => host.call('originals.replace', { run, dryRun: true }),
    enabled: isWanted,
    gcTime: 0,
  });
}

export function useOriginals() {
  const { host } = useConnection();
  return useQuery({ queryKey: ['originals', 'list'], queryFn: () => host.call('originals.list', {}) });
}

export function useReplaceOriginal() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (run: string) => host.call('originals.replace', { run }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['originals', 'list'] }),
    networkMode: 'always',
  });
}

/** Restores the original of a run from its archive to where it was. */
export function useUndoReplacing() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (run: string) => host.call('originals.undo', { run }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['originals', 'list'] }),
    networkMode: 'always',
  });
}
