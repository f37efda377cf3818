import { useQuery, type QueryClient } from '@tanstack/react-query';
import type { Job } from '../../contract/jobs.ts';

/** What a running job did and took at one moment. */
export interface Moment {
  /** Milliseconds of the window's clock. */
  readonly at: number;
  /** Bytes per second. */
  readonly rate: number;
  readonly memory: number | undefined;
  readonly bytesOut: number;
}

const millisecondsBetween = 400;
const momentsKept = 240;

/** Keeps the last moments of a job, for the small lines. */
export function rememberMoment(queries: QueryClient, { id, rate, memory, bytesOut }: Job, at: number): void {
  queries.setQueryData<readonly Moment[]>(['moments', id], (known = []) => {
    const last = known.at(-1);
    if (last !== undefined && at - last.at < millisecondsBetween) return known;
    return [...known.slice(1 - momentsKept), { at, rate, memory, bytesOut }];
  });
}

/** The moments seen of a job since the window was opened. */
export function useMoments(id: string): readonly Moment[] {
  const { data } = useQuery<readonly Moment[]>({
    queryKey: ['moments', id],
    queryFn: () => [],
    enabled: false,
    initialData: [],
    gcTime: 600_000,
  });
  return data;
}
