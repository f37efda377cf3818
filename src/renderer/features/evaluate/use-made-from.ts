import { useExports } from '../../host/exports.ts';
import { useRuns } from '../../host/runs.ts';

/** Something that was made here of a model. */
export interface Made {
  readonly path: string;
  readonly title: string;
  readonly bytes: number;
}

const looked = 200;

/** Approximate archives and exports of the model at a path, newest first, each file once. */
export function useMadeFrom(original: string): readonly Made[] {
  const runs = useRuns({ search: original, limit: looked });
  const exports = useExports(original);
  if (original === '') return [];
  const archives = (runs.data?.runs ?? []).flatMap(({ receipt: { input, output, bytesOut, approximation } }) =>
    input === original && output !== undefined && approximation !== undefined
      ? [{ path: output, title: 'approximate archive', bytes: bytesOut }]
      : [],
  );
  const files = (exports.data ?? []).flatMap(({ receipt: { input, output, bytesOut, target } }) =>
    input === original ? [{ path: output, title: target, bytes: bytesOut }] : [],
  );
  const made = new Map([...archives, ...files].toReversed().map((each) => [each.path, each]));
  return [...made.values()].toReversed();
}
