import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Input, Output } from '../../contract/calls.ts';
import { useConnection } from './connection.tsx';

export type Settings = Output<'settings.get'>;

export function useSettings() {
  const { host } = useConnection();
  return useQuery({ queryKey: ['settings'], queryFn: () => host.call('settings.get', {}), staleTime: Infinity });
}

/** Changes some settings; what the host made of them is shown at once. */
export function useChangeSettings() {
  const { host } = useConnection();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (changes: Input<'settings.set'>['changes']) => host.call('settings.set', { changes }),
    onSuccess: (settings) => queries.setQueryData(['settings'], settings),
    networkMode: 'always',
  });
}

/** What the program knows: number types, codecs, presets, methods. It does not change while the program runs. */
export function useCatalog() {
  const { host } = useConnection();
  return useQuery({ queryKey: ['catalog'], queryFn: () => host.call('catalog.list', {}), staleTime: Infinity });
}

export function useApp() {
  const { host } = useConnection();
  return useQuery({ queryKey: ['app'], queryFn: () => host.call('app.info', {}), staleTime: Infinity });
}
