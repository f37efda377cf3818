import { z } from 'zod';

/** What every piece of work that runs one after another tells of itself as it goes on. */
export const work = z.object({
  id: z.string(),
  /** Of two states that are met in any order, the higher is the newer. */
  revision: z.int().min(0),
  name: z.string(),
  /** Paused by a person, or interrupted by the end of the program, it waits to go on. */
  state: z.enum(['queued', 'running', 'paused', 'interrupted', 'done', 'failed', 'cancelled']),
  phase: z.string().exactOptional(),
  /** Of the phase, in its own unit: bytes, items or tensors. */
  done: z.number(),
  total: z.number(),
  /** Of the phase; absent until a rate is known. */
  secondsLeft: z.number().exactOptional(),
  /** The code is one of `HostErrorCode`. */
  error: z.object({ code: z.string(), message: z.string() }).exactOptional(),
});
export type Work = z.infer<typeof work>;
