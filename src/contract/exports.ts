import { z } from 'zod';
import { work } from './work.ts';

const path = z.string().min(1).max(4096);

/** What a file of a kind is better at than the original, in the program it is made for. */
const ticks = z.object({ smallerOnDisk: z.boolean(), smallerInMemory: z.boolean(), faster: z.boolean() });

/** A kind of file that another program opens. */
export const exportTarget = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  ticks,
  /** How to load the file there. */
  load: z.string(),
  /** Formats of the files that it can be made of; empty: any. */
  from: z.array(z.string()),
  /** Whether sample inputs choose what becomes of the model, so that a task is needed. */
  learns: z.boolean(),
});
export type ExportTarget = z.infer<typeof exportTarget>;

/** What a person can ask for; the same words as the command line. */
export const exportRequest = z.strictObject({
  /** A model or an archive. */
  input: path,
  /** One of the catalog's `exports`. */
  target: z.string().min(1).max(100),
  /** A file, or a folder where the model has several; default: beside the model, its name with the target's in it. */
  output: path.exactOptional(),
  overwrite: z.boolean().exactOptional(),
  /** For a target that learns: a task file, and the share of channels to take out. */
  task: path.exactOptional(),
  channels: z.number().gt(0).lt(1).exactOptional(),
});
export type ExportRequest = z.infer<typeof exportRequest>;

/** What became of the tensors that are stored alike. */
const exportedKind = z.object({
  /** E.g. `I8 per channel`. */
  to: z.string(),
  /** Why they are not stored as most are. */
  why: z.string().exactOptional(),
  tensors: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** The largest ‖W − Ŵ‖ / ‖W‖ among them; 0 where all values are the same, nothing where it is no finite number. */
  relativeError: z.number().nullable(),
});

/** A finished export without its tensors one by one. */
export const exportReceipt = z.object({
  target: z.string(),
  /** The model or archive that was asked for, and the sha256 of the model. */
  input: z.string(),
  sha256: z.string(),
  /** It was an archive that holds approximated weights, and errors are told from those; absent in exports of older versions. */
  isOfApproximate: z.literal(true).exactOptional(),
  output: z.string(),
  /** The new files, the one to open first. */
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** Bytes of the model files alone, before and after. */
  weightsIn: z.number(),
  weightsOut: z.number(),
  /** Largest first. */
  kinds: z.array(exportedKind),
  ticks,
  load: z.string(),
  carried: z.array(z.string()),
  /** `isLoaded` is absent where no other program was at hand; `result` tells why. */
  loadTest: z.object({ reader: z.string(), isLoaded: z.boolean().exactOptional(), result: z.string() }),
  seconds: z.number(),
  notices: z.array(z.string()),
});
export type ExportReceipt = z.infer<typeof exportReceipt>;

/** An export as it goes on. */
export const exportJob = work.extend({
  request: exportRequest,
  receipt: exportReceipt.exactOptional(),
});
export type ExportJob = z.infer<typeof exportJob>;

/** A finished export, kept over restarts. */
export const exportRecord = z.object({
  id: z.string(),
  name: z.string(),
  /** Milliseconds since 1970. */
  finished: z.number(),
  receipt: exportReceipt,
});
export type ExportRecord = z.infer<typeof exportRecord>;

const exportedTensor = z.object({
  name: z.string(),
  file: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** E.g. `I8 per channel`. */
  to: z.string(),
  /** ‖W − Ŵ‖ / ‖W‖, and the largest difference of one value; 0 where the values are the same, nothing where it is no finite number. */
  relativeError: z.number().nullable(),
  maxError: z.number().nullable(),
  /** Why it is not stored as most are. */
  why: z.string().exactOptional(),
});
export type ExportedTensor = z.infer<typeof exportedTensor>;

const id = z.string().min(1).max(100);
const search = z.string().max(200).exactOptional();
const limit = z.int().min(1).max(1000).exactOptional();

export const exportCalls = {
  /** Exports run one after another. */
  'exports.start': { input: exportRequest, output: exportJob },
  /** Targets that the model at a path cannot become, and why; none of an archive, which has to be restored for that. */
  'exports.refusals': {
    input: z.strictObject({ input: path }),
    output: z.array(z.object({ target: z.string(), why: z.string() })),
  },
  'exports.cancel': {
    input: z.strictObject({ id }),
    output: z.object({ cancelled: z.boolean() }),
  },
  /** Those of this session, oldest first. */
  'exports.running': { input: z.strictObject({}), output: z.array(exportJob) },
  /** Finished ones, newest first. */
  'exports.list': { input: z.strictObject({ search, limit }), output: z.array(exportRecord) },
  'exports.get': { input: z.strictObject({ id }), output: exportRecord },
  'exports.tensors': {
    input: z.strictObject({
      id,
      /** Part of a tensor's name or of what it is stored as, upper and lower case alike. */
      search,
      /** Default: `error`, the largest first. */
      sort: z.enum(['error', 'size', 'place']).exactOptional(),
      offset: z.int().min(0).exactOptional(),
      limit,
    }),
    output: z.object({ tensors: z.array(exportedTensor), total: z.number() }),
  },
} as const;
