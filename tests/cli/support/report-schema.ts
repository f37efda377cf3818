import { z } from 'zod';

// What scripts may rely on, as the README tells it; strict where a field must not silently disappear.
const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const common = {
  input: z.string(),
  bytesIn: count,
  bytesOut: count,
  files: z.array(z.object({ name: z.string(), format: z.string(), bytes: count, sha256 })),
  seconds: z.record(z.string(), z.number().nonnegative()).and(z.object({ total: z.number().positive() })),
  peakRssBytes: z.int().positive(),
  threads: z.int().positive(),
  memoryBytes: z.int().positive(),
  machine: z.object({
    cpu: z.string(),
    cores: z.int().positive(),
    memoryBytes: z.int().positive(),
    platform: z.string(),
    node: z.string(),
    engine: z.string(),
  }),
  notices: z.array(z.string()),
};

export const compressReport = z.object({
  ...common,
  command: z.literal('compress'),
  output: z.string(),
  preset: z.string(),
  sha256,
  tensors: z.array(
    z.object({
      name: z.string(),
      file: z.string(),
      dtype: z.string(),
      shape: z.array(count),
      bytesIn: count,
      bytesOut: count,
      codec: z.string().min(1),
      sha256,
      equalTo: z.string().optional(),
    }),
  ),
  bytes: z.object({ tensors: count, other: count, frame: count }),
  proof: z.literal('bytes'),
});

export const restoreReport = z.object({ ...common, command: z.literal('restore'), output: z.string(), sha256 });

export const verifyReport = z.object({
  ...common,
  command: z.literal('verify'),
  sha256,
  tensors: count,
  blocks: count,
  proved: z.array(z.enum(['checksums', 'tensors', 'files', 'original', 'published-sha256'])).min(1),
});

export const inspectReport = z.object({
  command: z.literal('inspect'),
  kind: z.enum(['model', 'archive']),
  name: z.string(),
  bytes: count,
  parameters: count,
  files: z.array(z.object({ name: z.string(), format: z.string(), bytes: count, tensors: count })),
  tensors: z.array(
    z.object({ name: z.string(), dtype: z.string(), shape: z.array(count), byteLength: count, offset: count }),
  ),
  dtypes: z.array(z.object({ dtype: z.string(), tensors: count, bytes: count })),
  metadata: z.record(z.string(), z.string()),
  notices: z.array(z.string()),
});

/** The report of a run that worked, from its last line. */
export function reportOf<Report extends z.ZodType>(lines: readonly unknown[], schema: Report): z.infer<Report> {
  const { report } = z.object({ type: z.literal('finished'), report: z.unknown() }).parse(lines.at(-1));
  return schema.parse(report);
}
