import { keepPreviousData, skipToken, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import type { Events } from '../../contract/events.ts';
import type { FolderListing } from '../../contract/files.ts';
import { modelLink } from '../text/links.ts';
import { useConnection } from './connection.tsx';

/** A model's summary, from its headers. */
export function useModel(path: string) {
  const { host } = useConnection();
  return useQuery({ queryKey: ['model', path], queryFn: () => host.call('models.inspect', { path }), gcTime: 0 });
}

/** The model as areas for the map of tensors. */
export function useModelMap(path: string, isWanted = true) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['map', path],
    queryFn: () => host.call('models.map', { path }),
    gcTime: 60_000,
    enabled: isWanted,
  });
}

/** What compressing would come to. It takes seconds, so the host is told when the screen is left. */
export function useEstimate(path: string, isWanted: boolean) {
  const { host } = useConnection();
  useEffect(
    () => () => {
      void host.call('models.close', { path }).catch(() => undefined);
    },
    [host, path],
  );
  return useQuery({
    queryKey: ['estimate', path],
    queryFn: () => host.call('models.estimate', { path }),
    enabled: isWanted,
    gcTime: 0,
    staleTime: Infinity,
  });
}

/** How far the sample of a running estimate is. */
export function useSampled(path: string) {
  return useQuery<Events['estimate.progress']>({ queryKey: ['sampled', path], queryFn: skipToken });
}

export interface TensorKey {
  readonly file: string;
  readonly name: string;
}

/** One tensor, looked at closely. */
export function useLook(path: string, { file, name }: TensorKey) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['look', path, file, name],
    queryFn: () => host.call('tensors.look', { path, file, name }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

/** The folders that the program was opened for, and its own. */
export function useRoots() {
  const { host } = useConnection();
  return useQuery({ queryKey: ['roots'], queryFn: () => host.call('files.roots', {}), gcTime: 0 });
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
        entries: roots.map(({ name, path: place, isOwn }) => ({
          ...{ name: isOwn ? 'Dropped files and samples' : name, path: place },
          ...{ kind: 'folder' as const, bytes: 0 },
        })),
        truncated: false,
      };
    },
    gcTime: 0,
  });
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
