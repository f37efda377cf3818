import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { ExportJob, ExportRequest } from '../../contract/exports.ts';
import { useConnection } from './connection.tsx';
import { mergeStates } from './merge-states.ts';

const runningKey = ['exports', 'running'];

/** Exports of this session, kept new by their events. */
export function useExportJobs() {
  const { host } = useConnection();
  const queries = useQueryClient();
  const queryKey = runningKey;
  return useQuery({
    queryKey,
    queryFn: async () => {
      const told = await host.call('exports.running', {});
      // Only now: events may have come while the answer was on its way.
      return mergeStates(queries.getQueryData<readonly ExportJob[]>(queryKey) ?? [], told);
    },
  });
}

/** Finished exports that the search finds, newest first. */
export function useExports(search: string) {
  const { host } = useConnection();
  return useQuery({ queryKey: ['exports', 'kept', search], queryFn: () => host.call('exports.list', { search }) });
}

/** A finished export of any session. */
export function useExport(id: string, isWanted: boolean) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['exports', 'one', id],
    queryFn: () => host.call('exports.get', { id }),
    enabled: isWanted,
    staleTime: Infinity,
  });
}

/** Targets that the model at a path cannot become, and why. */
export function useExportRefusals(path: string) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['exports', 'refusals', path],
    queryFn: () => host.call('exports.refusals', { input: path }),
    // What lies beside a model may have changed since.
    gcTime: 0,
  });
}

/** Starts an export and goes to its screen. */
export function useStartExport() {
  const { host } = useConnection();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (request: ExportRequest) => host.call('exports.start', request),
    onSuccess: (job) => {
      // Its screen would ask for an export of another session: the event of this one may come after the answer.
      queries.setQueryData<readonly ExportJob[]>(runningKey, (known = []) => mergeStates(known, [job]));
      navigate(`/exported/${job.id}`);
    },
    networkMode: 'always',
  });
}

export function useCancelExport() {
  const { host } = useConnection();
  return useMutation({ mutationFn: (id: string) => host.call('exports.cancel', { id }), networkMode: 'always' });
}
