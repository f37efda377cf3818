import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { FolderListing } from '../../contract/files.ts';
import type { Job, JobRequest } from '../../contract/jobs.ts';
import { modelLink } from '../text/links.ts';
import { useConnection } from './connection.tsx';
import { mergeJobs } from './merge-jobs.ts';

/** A model's summary, from its headers. */
export function useModel(path: string) {
  const { host } = useConnection();
  return useQuery({ queryKey: ['model', path], queryFn: () => host.call('models.inspect', { path }), gcTime: 0 });
}

/** The first `limit` tensors that the search finds, largest first. */
export function useTensors(path: string, search: string, limit: number) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['tensors', path, search, limit],
    queryFn: () => host.call('models.tensors', { path, search, limit }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}

export function useJobs() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useQuery({
    queryKey: ['jobs'],
    queryFn: async () => {
      const told = await host.call('jobs.list', {});
      return mergeJobs(queries.getQueryData<readonly Job[]>(['jobs']) ?? [], told);
    },
  });
}

export function useRuns(limit: number) {
  const { host } = useConnection();
  return useQuery({ queryKey: ['runs', limit], queryFn: () => host.call('runs.recent', { limit }) });
}

/** One folder's entries, or the allowed folders where no path is given. */
export function useFolder(path: string | undefined) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['folder', path],
    queryFn: async (): Promise<FolderListing> => {
      if (path !== undefined) return host.call('files.list', { path });
      const roots = await host.call('files.roots', {});
      return {
        path: '',
        entries: roots.map((root) => ({ ...root, kind: 'folder' as const, bytes: 0 })),
        truncated: false,
      };
    },
    gcTime: 0,
  });
}

/** Starts a job and goes to its screen. */
export function useStartJob() {
  const { host } = useConnection();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (request: JobRequest) => host.call('jobs.start', request),
    onSuccess: ({ id }) => navigate(`/job/${id}`),
    networkMode: 'always',
  });
}

export function useCancelJob() {
  const { host } = useConnection();
  return useMutation({ mutationFn: (id: string) => host.call('jobs.cancel', { id }), networkMode: 'always' });
}

/** Puts the sample where it can be worked on and shows it. */
export function useSample() {
  const { host } = useConnection();
  const openModel = useOpenModel();
  return useMutation({
    mutationFn: () => host.call('sample.open', {}),
    onSuccess: ({ path }) => openModel(path),
    networkMode: 'always',
  });
}

/** Goes to the screen of a model or archive. */
export function useOpenModel(): (path: string) => void {
  const [, navigate] = useLocation();
  return (path) => navigate(modelLink(path));
}
