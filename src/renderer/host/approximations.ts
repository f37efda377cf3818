import { keepPreviousData, skipToken, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo } from 'react';
import type { TensorPreview } from '../../contract/approximations.ts';
import type { Events } from '../../contract/events.ts';
import type { Recipe } from '../../contract/recipes.ts';
import { useConnection } from './connection.tsx';
import type { TensorKey } from './models.ts';

const settleMilliseconds = 400;

/** A recipe once it has not changed for a moment, the same object as long as it says the same. */
export function useSettledRecipe(recipe: Recipe): Recipe {
  const [text] = useDebouncedValue(JSON.stringify(recipe), settleMilliseconds);
  return useMemo(() => JSON.parse(text) as Recipe, [text]);
}

/** What a recipe comes to, from samples; the figures before it stay until the new ones are there. Without one nothing is asked. */
export function useRecipeEstimate(path: string, recipe: Recipe | undefined) {
  const { host } = useConnection();
  return useQuery({
    queryKey: ['approximation', path, recipe],
    queryFn: recipe === undefined ? skipToken : () => host.call('approximations.estimate', { path, recipe }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

/** Tensors that are tried in one call. */
const together = 16;

/** What a recipe does to samples of some tensors; undefined for those that are not tried yet. */
export function usePreviews(path: string, recipe: Recipe, tensors: readonly TensorKey[]) {
  const { host } = useConnection();
  const chunks = Array.from({ length: Math.ceil(tensors.length / together) }, (_, chunk) =>
    tensors.slice(chunk * together, (chunk + 1) * together).map(({ file, name }) => ({ file, name })),
  );
  const found = useQueries({
    queries: chunks.map((chunk) => ({
      queryKey: ['preview', path, recipe, chunk],
      queryFn: () => host.call('approximations.preview', { path, recipe, tensors: chunk }),
      staleTime: Infinity,
      gcTime: 60_000,
    })),
  });
  const known = new Map<string, TensorPreview>();
  for (const { data } of found) for (const preview of data?.tensors ?? []) known.set(keyOf(preview), preview);
  return {
    previewOf: (tensor: TensorKey) => known.get(keyOf(tensor)),
    error: found.find(({ error }) => error !== null)?.error ?? null,
  };
}

function keyOf({ file, name }: TensorKey): string {
  return `${file}\n${name}`;
}

/** Tries all methods on a model. The points come one by one; leaving the model, or `stop`, ends it. */
export function useSurvey(path: string) {
  const { host } = useConnection();
  const queries = useQueryClient();
  const key = useMemo(() => ['survey', path], [path]);
  useEffect(() => {
    const end = host.on('survey.changed', (survey) => queries.setQueryData(['survey', survey.path], survey));
    return () => {
      end();
      void host.call('approximations.stop', { path }).catch(() => undefined);
    };
  }, [host, path, queries]);
  const { data } = useQuery<Events['survey.changed']>({ queryKey: key, queryFn: skipToken, gcTime: Infinity });
  const run = useMutation({
    mutationFn: () => host.call('approximations.survey', { path }),
    onSuccess: ({ points }) => queries.setQueryData(key, { path, points, total: points.length }),
    networkMode: 'always',
  });
  return {
    survey: data,
    isRunning: run.isPending,
    error: run.error,
    start: () => run.mutate(),
    stop: () => void host.call('approximations.stop', { path }).catch(() => undefined),
  };
}
