import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Input } from '../../contract/calls.ts';
import type { Evaluation, EvaluationRequest } from '../../contract/evaluations.ts';
import { useConnection } from './connection.tsx';
import { mergeStates } from './merge-states.ts';

const runningKey = ['evaluations', 'running'];

/** Evaluations of this session, kept new by their events. */
export function useEvaluationsUnderWay() {
  const { host } = useConnection();
  const queries = useQueryClient();
  const queryKey = runningKey;
  return useQuery({
    queryKey,
    queryFn: async () => {
      const told = await host.call('evaluations.running', {});
      // Only now: events may have come while the answer was on its way. What they told first may be the newest.
      return mergeStates(told, queries.getQueryData<readonly Evaluation[]>(queryKey) ?? []);
    },
  });
}

/** Finished evaluations, newest first: all, or those of one original or candidate. */
export function useEvaluations(of: Input<'evaluations.list'>, isWanted = true) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['evaluations', 'kept', of],
    queryFn: () => host.call('evaluations.list', of),
    enabled: isWanted,
  });
}

/** All that is known of a finished evaluation. */
export function useEvaluationReport(id: string, isWanted = true) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['evaluations', 'report', id],
    queryFn: () => host.call('evaluations.get', { id }),
    enabled: isWanted,
    staleTime: Infinity,
  });
}

export function useStartEvaluation() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (requests: readonly EvaluationRequest[]) =>
      Promise.all(requests.map((request) => host.call('evaluations.start', request))),
    // A screen of one would ask for a finished one: the event of it may come after the answer.
    onSuccess: (started) =>
      queries.setQueryData<readonly Evaluation[]>(runningKey, (known = []) => mergeStates(known, started)),
    networkMode: 'always',
  });
}

export function useCancelEvaluation() {
  const { host } = useConnection();
  return useMutation({ mutationFn: (id: string) => host.call('evaluations.cancel', { id }), networkMode: 'always' });
}

/** Tasks that came with the program. */
export function useTasks() {
  const { host } = useConnection();
  return useQuery({ queryKey: ['tasks'], queryFn: () => host.call('tasks.list', {}), staleTime: Infinity });
}
