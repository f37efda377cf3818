import { z } from 'zod';
import { smallOption } from './small.ts';

/** Options of methods whose whole numbers stand in small groups with a scale and a zero each. */
export const groupOptions = z.strictObject({
  bits: z
    .int()
    .min(2)
    .max(8)
    .default(5)
    .meta({ title: 'Bits', description: 'Bits of a code, before coding makes it shorter.' }),
  group: z
    .int()
    .min(8)
    .max(4096)
    .default(64)
    .meta({ title: 'Group', description: 'Neighbours in a row that share a scale and a zero.' }),
  small: smallOption,
});

export type GroupOptions = z.infer<typeof groupOptions>;
