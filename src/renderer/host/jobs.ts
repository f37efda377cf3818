import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { Input } from '../../contract/calls.ts';
import type { Job, JobRequest } from '../../contract/jobs.ts';
import { useConnection } from './connection.tsx';
import { mergeStates, orderJobs } from './merge-states.ts';

/** All jobs that the host remembers, kept new by its events. */
export function useJobs() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useQuery({
    queryKey: ['jobs'],
    queryFn: async () => {
      const told = await host.call('jobs.list', {});
      const jobs = mergeStates(queries.getQueryData<readonly Job[]>(['jobs']) ?? [], told);
      return orderJobs(
        jobs,
        told.map(({ id }) => id),
      );
    },
  });
}

/** Goes to the screen of a job, which the list knows from then on: the event of it may come after the answer. */
function useShowJob(): (job: Job) => void {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  return (job) => {
    queries.setQueryData<readonly Job[]>(['jobs'], (known = []) => mergeStates(known, [job]));
    navigate(`/job/${job.id}`);
  };
}

/** Starts a job and goes to its screen. */
export function useStartJob() {
  const { host } = useConnection();
  const show = useShowJob();
  return useMutation({
    mutationFn: (request: JobRequest) => host.call('jobs.start', request),
    onSuccess: show,
    networkMode: 'always',
  });
}

type SteeringName = 'jobs.cancel' | 'jobs.pause' | 'jobs.resume' | 'jobs.move' | 'jobs.remove';
type Steering = { [Name in SteeringName]: { readonly call: Name } & Input<Name> }[SteeringName];

/** What can be done with a job besides starting it. The list is asked for anew, since moving and removing are no job's event. */
export function useSteerJob() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ call, ...input }: Steering): Promise<unknown> => host.call(call, input),
    onSuccess: async (_answer, { call, id }: Steering) => {
      if (call === 'jobs.remove')
        queries.setQueryData<readonly Job[]>(['jobs'], (jobs = []) => jobs.filter((job) => job.id !== id));
      await queries.invalidateQueries({ queryKey: ['jobs'] });
    },
    networkMode: 'always',
  });
}

/** Queues a job that has failed or was cancelled again, and goes to its screen. */
export function useRetryJob() {
  const { host } = useConnection();
  const show = useShowJob();
  return useMutation({
    mutationFn: (id: string) => host.call('jobs.retry', { id }),
    onSuccess: show,
    networkMode: 'always',
  });
}
