import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FitJob, FitRequest } from '../../contract/fits.ts';
import { useConnection } from './connection.tsx';
import { mergeStates } from './merge-states.ts';

/** The fits of this session, and those that were interrupted before it. Their events are followed on every screen, so what is known stays true. */
function useAllFits(): readonly FitJob[] {
  const { host } = useConnection();
  const queries = useQueryClient();
  const { data = [] } = useQuery({
    queryKey: ['fits'],
    queryFn: async (): Promise<readonly FitJob[]> => {
      const told = await host.call('fits.running', {});
      // Only now: events may have come while the answer was on its way. What they told first may be the newest.
      return mergeStates(told, queries.getQueryData<readonly FitJob[]>(['fits']) ?? []);
    },
  });
  return data;
}

/** Those of a model, what is at work or waits first, then newest first. */
export function useFits(path: string): readonly FitJob[] {
  const newest = useAllFits()
    .filter(({ request }) => request.input === path)
    .toReversed();
  const isUnderWay = ({ state }: FitJob) => state === 'queued' || state === 'running';
  return [...newest.filter(isUnderWay), ...newest.filter((fit) => !isUnderWay(fit))];
}

/** Those that were paused, or that the end of the program interrupted, and that wait for a person. */
export function useWaitingFits(): readonly FitJob[] {
  return useAllFits().filter(({ state }) => state === 'paused' || state === 'interrupted');
}

/** Every archive that fits have tried of a model; asked for anew when `tried` changes. */
export function useCandidates(path: string, tried: number) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['candidates', path, tried],
    queryFn: () => host.call('fits.candidates', { path }),
    placeholderData: (before) => before,
    gcTime: 60_000,
  });
}

/** What each tensor of a candidate takes. */
export function useFittedTensors(fit: string, number: number) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['fitted', fit, number],
    queryFn: async () => (await host.call('fits.tensors', { fit, number })).tensors,
    gcTime: 60_000,
  });
}

export function useStartFit() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: FitRequest) => host.call('fits.start', request),
    onSuccess: (job) => queries.setQueryData<readonly FitJob[]>(['fits'], (known = []) => mergeStates(known, [job])),
    networkMode: 'always',
  });
}

export function useCancelFit() {
  const { host } = useConnection();
  return useMutation({ mutationFn: (id: string) => host.call('fits.cancel', { id }), networkMode: 'always' });
}

/** Stops a fit so that it can go on later. */
export function usePauseFit() {
  const { host } = useConnection();
  return useMutation({ mutationFn: (id: string) => host.call('fits.pause', { id }), networkMode: 'always' });
}

/** Goes on with a fit that was paused or interrupted, as it was asked for. */
export function useResumeFit() {
  const { host } = useConnection();
  return useMutation({ mutationFn: (id: string) => host.call('fits.resume', { id }), networkMode: 'always' });
}

/** Tasks that came with the program and have their data. */
export function useBundledTasks() {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['tasks'],
    queryFn: () => host.call('tasks.list', {}),
    select: (tasks) => tasks.filter(({ hasData }) => hasData),
    staleTime: Infinity,
  });
}
