import { z } from 'zod';

const step = {
  method: z.string().min(1).max(100),
  options: z.record(z.string().max(100), z.union([z.number(), z.boolean(), z.string().max(1000)])).exactOptional(),
};
const match = z.string().min(1).max(4096);

/**
 * What becomes of the tensors of a model, the same JSON that `fw compress --recipe` reads: the first rule whose pattern
 * matches a tensor's name counts, all others get the default. The engine checks methods and their options.
 */
export const recipe = z.strictObject({
  rules: z
    .array(z.union([z.strictObject({ match, keep: z.literal(true) }), z.strictObject({ match, ...step })]))
    .max(10_000)
    .exactOptional(),
  default: z.strictObject(step).exactOptional(),
  /** Default: true, which keeps what is sensitive unless a rule names it. */
  automatic: z.boolean().exactOptional(),
});
export type Recipe = z.infer<typeof recipe>;

/** What approximating did to a model. */
export const approximation = z.object({
  /** Of the original; the receipt's own sha256 is of what restoring gives. */
  sourceSha256: z.string(),
  /** Bits in the archive for each number of an approximated tensor. */
  bitsPerWeight: z.number(),
  /** Tensors with new values, and tensors that stayed exact. */
  tensors: z.number(),
  kept: z.number(),
});
