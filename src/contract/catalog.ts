import { z } from 'zod';
import { exportTarget } from './exports.ts';

const titled = { id: z.string(), title: z.string(), summary: z.string() };

/**
 * Everything that the window draws forms, names and colours from, so that it knows no codec or method by name. The order of
 * a list is stable: a place in it chooses a colour.
 */
export const catalog = z.object({
  formats: z.array(z.object({ id: z.string(), title: z.string(), extensions: z.array(z.string()) })),
  dtypes: z.array(z.object({ id: z.string(), bits: z.number(), kind: z.string() })),
  codecs: z.array(z.object({ ...titled, options: z.record(z.string(), z.unknown()) })),
  presets: z.array(z.object({ id: z.string(), title: z.string(), says: z.string(), does: z.string() })),
  /** Ways to make a model smaller that change its weights. */
  methods: z.array(
    z.object({ ...titled, caution: z.string().exactOptional(), options: z.record(z.string(), z.unknown()) }),
  ),
  /** Ways under plain names, from hardly changed to much smaller: a recipe takes their ids where it takes a method. */
  levels: z.array(z.object({ id: z.string(), title: z.string(), says: z.string(), method: z.string() })),
  /** Formats that a model can be written in for other programs. */
  exports: z.array(exportTarget),
});
export type Catalog = z.infer<typeof catalog>;
