import { z } from 'zod';

/** A folder that the host may read, and under which it may write; the program's own holds samples and what was dropped. */
export const root = z.object({ name: z.string(), path: z.string(), isOwn: z.boolean() });

export const fileEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  bytes: z.number(),
});
export type FileEntry = z.infer<typeof fileEntry>;

/** What lies in one folder: folders first, hidden entries left out, cut off at a thousand. */
export const folderListing = z.object({
  path: z.string(),
  /** Absent at the top of an allowed folder. */
  parent: z.string().exactOptional(),
  entries: z.array(fileEntry),
  truncated: z.boolean(),
});
export type FolderListing = z.infer<typeof folderListing>;

/** What a browser knows of a dropped file, which is all but its place. */
export const fileTraits = z.strictObject({
  name: z.string().min(1).max(255),
  bytes: z.int().min(1),
  /** Milliseconds since 1970. */
  modified: z.int(),
  /** Hashes of some of its pieces. */
  samples: z
    .array(z.strictObject({ offset: z.int().min(0), length: z.int().min(1).max(65536), sha256: z.string().length(64) }))
    .min(1)
    .max(8),
});
export type FileTraits = z.infer<typeof fileTraits>;
