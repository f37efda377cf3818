import { z } from 'zod';
import { baseFile, preset } from './jobs.ts';

const tensor = z.object({
  name: z.string(),
  file: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  byteLength: z.number(),
  bytesOut: z.number().exactOptional(),
  codec: z.string().exactOptional(),
});

/** How a table of tensors may be sorted; sizes largest first, the rest upwards. */
export const tensorSort = z.enum(['size', 'name', 'dtype', 'place', 'saved']);
export type TensorSort = z.infer<typeof tensorSort>;

/** One page of a model's tensors; `total` counts those that the search found. */
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
  /** Of an archive whose weights were approximated: what it restores is not the original. */
  isApproximate: z.boolean().exactOptional(),
  /** Of an archive that is a difference to other models. */
  bases: z.array(baseFile).exactOptional(),
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

const mapTile = z.object({
  /** Empty for a tile that stands for several. */
  name: z.string(),
  file: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  bytes: z.number(),
  /** For archives. */
  bytesOut: z.number().exactOptional(),
  /** How many tensors this tile stands for, when it is not one. */
  folded: z.number().exactOptional(),
  /** The part of the model's bytes that lies before and up to the end of it, from 0 to 1; not for one that stands for several. */
  from: z.number().exactOptional(),
  to: z.number().exactOptional(),
});
export type MapTile = z.infer<typeof mapTile>;

/** A model as nested areas: groups of tensors by the start of their names, largest first; about 2,000 tiles at most. */
export const modelMap = z.object({
  /** Of all tensors. */
  bytes: z.number(),
  groups: z.array(
    z.object({
      name: z.string(),
      bytes: z.number(),
      tensors: z.number(),
      /** The one that most of its bytes have. */
      dtype: z.string(),
      tiles: z.array(mapTile),
    }),
  ),
  /** Groups beyond the largest two hundred. */
  rest: z.object({ tensors: z.number(), bytes: z.number() }),
});
export type ModelMap = z.infer<typeof modelMap>;

/** What compressing would come to, from really coding a sample. All sizes in bytes. */
export const estimate = z.object({
  /** Bytes of the model that were coded for this. */
  sampledBytes: z.number(),
  bytes: z.number(),
  presets: z.array(
    z.object({
      preset,
      bytesOut: z.number(),
      /** The archive is expected to lie between these, nineteen times of twenty. */
      low: z.number(),
      high: z.number(),
      /** Wall seconds on this computer, as far as the sample tells. */
      seconds: z.number(),
    }),
  ),
  /** Of the tensors that were sampled, with the preset `balanced`. */
  tensors: z.array(z.object({ file: z.string(), name: z.string(), bitsPerWeight: z.number() })),
  /** The most memory that compressing will take. */
  memoryBytes: z.number(),
  /** The drive that the archive would be written to. */
  disk: z.object({
    folder: z.string(),
    free: z.number(),
    needed: z.number(),
    reserve: z.number(),
    enough: z.boolean(),
  }),
  /** What no coder of single numbers could get below: the sum of the entropies of their fields. */
  floor: z.number().exactOptional(),
});
export type Estimate = z.infer<typeof estimate>;

/** One tensor looked at closely, from a sample of its numbers. */
export const tensorLook = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  bytes: z.number(),
  /** The parts of a number, the topmost first. `entropy` and `achieved` are bits for each number. */
  fields: z.array(
    z.object({
      name: z.string(),
      bits: z.number(),
      entropy: z.number(),
      /** What the chosen codecs need for it; absent where they do not keep the field apart. */
      achieved: z.number().exactOptional(),
    }),
  ),
  /** The exponents that occur, upwards; empty for what has none. */
  exponents: z.array(z.object({ value: z.number(), count: z.number() })),
  /** Bits for each number: the sum of the fields' entropies, and what coding the sample came to. */
  floorBits: z.number(),
  reachedBits: z.number(),
  codec: z.string().exactOptional(),
  /** Why that codec, in a sentence. */
  why: z.string().exactOptional(),
  /** Of the finite numbers; absent where elements are not plain numbers. */
  statistics: z
    .object({
      min: z.number(),
      max: z.number(),
      mean: z.number(),
      standardDeviation: z.number(),
      zeros: z.number(),
      notFinite: z.number(),
    })
    .exactOptional(),
  histogram: z.object({ from: z.number(), to: z.number(), counts: z.array(z.number()) }).exactOptional(),
  /** Some of its numbers from the start, at most 64; those that are not finite are left out. */
  sample: z.array(z.number()),
  sampledElements: z.number(),
});
export type TensorLook = z.infer<typeof tensorLook>;
