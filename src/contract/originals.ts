import { z } from 'zod';

const originalFile = z.object({ path: z.string(), bytes: z.number() });

/** What replacing the original of a run by its archive does, or did: the files go to the trash. */
export const replacement = z.object({
  files: z.array(originalFile),
  /** Bytes that the files take. */
  bytes: z.number(),
  /** That less what the archive takes. */
  gained: z.number(),
  /** Why it cannot be done; empty when it can. */
  problems: z.array(z.string()),
  done: z.boolean(),
});
export type Replacement = z.infer<typeof replacement>;

/** An original that was moved to the trash, and can be restored from its archive to where it was. */
export const replacedOriginal = z.object({
  run: z.string(),
  name: z.string(),
  archive: z.string(),
  files: z.array(originalFile),
  /** Milliseconds since 1970. */
  replaced: z.number(),
  /** When it was put back. */
  undone: z.number().exactOptional(),
});
export type ReplacedOriginal = z.infer<typeof replacedOriginal>;
