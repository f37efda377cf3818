import { z } from 'zod';

const tensor = z.object({
  name: z.string(),
  file: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  byteLength: z.number(),
  bytesOut: z.number().exactOptional(),
  codec: z.string().exactOptional(),
});

/** One page of a model's tensors, largest first; `total` counts those that the search found. */
export const tensorPage = z.object({ tensors: z.array(tensor), total: z.number() });
export type TensorPage = z.infer<typeof tensorPage>;
export type TensorRow = z.infer<typeof tensor>;

/** What a model's headers tell; its tensors are asked for by the page. */
export const modelSummary = z.object({
  kind: z.enum(['model', 'archive']),
  name: z.string(),
  path: z.string(),
  bytes: z.number(),
  /** Bytes of the archive. */
  bytesOut: z.number().exactOptional(),
  tensors: z.number(),
  parameters: z.number(),
  dtypes: z.array(z.object({ dtype: z.string(), tensors: z.number(), bytes: z.number() })),
  /** The first hundred. */
  files: z.array(
    z.object({
      name: z.string(),
      format: z.string(),
      bytes: z.number(),
      sha256: z.string().exactOptional(),
      fault: z.string().exactOptional(),
    }),
  ),
  filesTotal: z.number(),
  metadata: z.array(z.object({ key: z.string(), value: z.string() })),
  notices: z.array(z.string()),
});
export type ModelSummary = z.infer<typeof modelSummary>;
