import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import type { Evaluation } from '../../contract/evaluations.ts';
import type { ExportJob } from '../../contract/exports.ts';
import type { FitJob } from '../../contract/fits.ts';
import { isWorking, type Job } from '../../contract/jobs.ts';
import type { Connection } from './connect.ts';
import { listedJobs, mergeStates } from './merge-states.ts';
import { rememberMoment } from './rates.ts';

type Connected = Pick<Connection, 'host' | 'native'> & { readonly isLost: boolean };

const ConnectionContext = createContext<Connected | undefined>(undefined);

/** Gives screens the host, and keeps what is under way up to date from its events. */
export function ConnectionProvider(props: { readonly connection: Connection; readonly children: ReactNode }) {
  const { host, native, onLost } = props.connection;
  const [isLost, setLost] = useState(false);
  const queries = useQueryClient();

  useEffect(
    () =>
      onLost((lost) => {
        setLost(lost);
        // Events that were told in the meantime are missed; each state is asked for anew.
        if (!lost) void queries.invalidateQueries();
      }),
    [onLost, queries],
  );
  useEffect(() => {
    const ends = [
      host.on('job.changed', (job) => {
        queries.setQueryData<readonly Job[]>(['jobs'], (jobs = []) => mergeStates(jobs, [job]));
        if (isWorking(job.state)) rememberMoment(queries, job, performance.now());
        if (job.state === 'done') void queries.invalidateQueries({ queryKey: ['runs'] });
      }),
      host.on('queue.changed', ({ order }) => {
        queries.setQueryData<readonly Job[]>(['jobs'], (jobs = []) => listedJobs(jobs, order));
      }),
      host.on('export.changed', (job) => {
        queries.setQueryData<readonly ExportJob[]>(['exports', 'running'], (jobs = []) => mergeStates(jobs, [job]));
        if (job.state === 'done') void queries.invalidateQueries({ queryKey: ['exports', 'kept'] });
      }),
      host.on('evaluation.changed', (evaluation) => {
        queries.setQueryData<readonly Evaluation[]>(['evaluations', 'running'], (known = []) =>
          mergeStates(known, [evaluation]),
        );
        if (evaluation.state !== 'done') return;
        void queries.invalidateQueries({ queryKey: ['evaluations', 'kept'] });
        void queries.invalidateQueries({ queryKey: ['runs'] });
      }),
      host.on('fit.changed', (job) => {
        queries.setQueryData<readonly FitJob[]>(['fits'], (known = []) => mergeStates(known, [job]));
        void queries.invalidateQueries({ queryKey: ['candidates', job.request.input, job.candidates] });
        if (job.state === 'done') void queries.invalidateQueries({ queryKey: ['candidates'] });
      }),
      host.on('settings.changed', (settings) => queries.setQueryData(['settings'], settings)),
      host.on('estimate.progress', (progress) => queries.setQueryData(['sampled', progress.path], progress)),
    ];
    return () => ends.forEach((end) => end());
  }, [host, queries]);
  return <ConnectionContext value={{ host, native, isLost }}>{props.children}</ConnectionContext>;
}

export function useConnection(): Connected {
  const connection = use(ConnectionContext);
  if (connection === undefined) throw new Error('This screen is shown outside of a connection.');
  return connection;
}
