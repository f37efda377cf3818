import { z } from 'zod';

const count = z.int().min(0);
const share = z.number().min(0);

/** What was approximated, and how much was lost, as the index holds it. */
export const storedApproximation = z.strictObject({
  /** Methods with their options, for people and programs that export. */
  methods: z.array(z.strictObject({ method: z.string(), options: z.record(z.string(), z.unknown()) })),
  /** Columns: numbers of tensors and of their methods, and their losses to four digits. */
  tensors: z.array(count),
  methodNumbers: z.array(count),
  relativeL2s: z.array(share),
  mostErrors: z.array(share),
  zeros: z.array(share),
});

export interface ApproximationText extends z.infer<typeof storedApproximation> {
  /** sha256 of each original file, in the order of the files. */
  readonly sources: readonly string[];
}
