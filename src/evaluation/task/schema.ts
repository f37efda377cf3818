import { z } from 'zod';

const file = z.string().min(1).max(4096);
const fieldName = z.string().min(1).max(200);
const extent = z.union([
  z
    .int()
    .min(1)
    .max(2 ** 31),
  fieldName,
]);
const elementType = z.enum([
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64',
  'bool',
]);
const modelType = z.enum(['float32', 'float16', 'float64', 'int64', 'int32', 'uint8', 'int8', 'bool']);

/** Numbers in a file: .npy, a member of an .npz, or raw little-endian elements; each of them also as .gz or .zst. */
export const arrayFile = z.strictObject({
  file,
  /** Which array of an .npz. */
  array: fieldName.exactOptional(),
  /** Needed for raw files. */
  type: elementType.exactOptional(),
});

/** A JSON file with one entry for each item, for items of unequal size. */
const indexFile = z.strictObject({
  file,
  /** The field that holds the list; absent when the file is the list. */
  items: fieldName.exactOptional(),
});

const divisor = z.number().refine((number) => number !== 0, 'nothing is divided by 0');

/** (value / divide − mean) / deviation, in double precision; lists are one for each channel. */
const values = z.strictObject({
  divide: divisor.exactOptional(),
  mean: z.union([z.number(), z.array(z.number()).min(1).max(4096)]).exactOptional(),
  deviation: z.union([divisor, z.array(divisor).min(1).max(4096)]).exactOptional(),
});

const common = {
  /** The model's input; default: the one at the same place. */
  name: fieldName.exactOptional(),
  type: modelType.default('float32'),
};

/** One kind of model input each; see README.md in this folder. */
export const inputSpec = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('arrays'),
    ...common,
    data: arrayFile,
    /** One item without its batch axis; names are fields of the index entry. */
    shape: z.array(extent).max(8),
    index: indexFile.exactOptional(),
    /** The field that holds an item's first element. */
    offset: fieldName.exactOptional(),
    /** One grey channel given as so many equal ones. */
    repeat: z.int().min(1).max(64).exactOptional(),
    values: values.exactOptional(),
  }),
  z.strictObject({
    from: z.literal('images'),
    ...common,
    folder: file,
    width: z.int().min(1).max(16384),
    height: z.int().min(1).max(16384),
    channels: z.union([z.literal(1), z.literal(3)]).default(3),
    fit: z.enum(['fill', 'cover', 'contain']).default('cover'),
    layout: z.enum(['channels-first', 'channels-last']).default('channels-first'),
    order: z.enum(['rgb', 'bgr']).default('rgb'),
    values: values.default({ divide: 255 }),
  }),
  z.strictObject({
    from: z.literal('audio'),
    ...common,
    /** A folder of .wav files, or one file of raw samples with an index of clips. */
    folder: file.exactOptional(),
    data: arrayFile.exactOptional(),
    index: indexFile.exactOptional(),
    /** Fields of the index entry: the clip's first sample and its number of frames. */
    offset: fieldName.default('offset'),
    frames: fieldName.default('frames'),
    rate: z.int().min(1).max(768_000),
    frame: z
      .int()
      .min(1)
      .max(2 ** 24),
    hop: z
      .int()
      .min(1)
      .max(2 ** 24)
      .exactOptional(),
    /** Samples of the frame before that stand in front of each frame; zeros at the start of a clip. */
    context: z
      .int()
      .min(0)
      .max(2 ** 24)
      .default(0),
    /** For raw samples: what full scale is. */
    divide: divisor.default(32768),
  }),
  z.strictObject({
    from: z.literal('tokens'),
    ...common,
    type: modelType.default('int64'),
    /** Token numbers, or text with the tokenizer.json that cuts it. */
    data: arrayFile.exactOptional(),
    text: file.exactOptional(),
    tokenizer: file.exactOptional(),
    window: z
      .int()
      .min(1)
      .max(2 ** 20),
    stride: z
      .int()
      .min(1)
      .max(2 ** 20)
      .exactOptional(),
  }),
  z.strictObject({
    from: z.literal('constant'),
    ...common,
    shape: z.array(z.int().min(0)).max(8).default([]),
    value: z.union([z.number(), z.array(z.number()).max(100_000)]),
  }),
]);

/** What the answers should be. */
export const targetSpec = z.discriminatedUnion('from', [
  /** One number, or `shape` of them, for each item; with `frames` one for each frame of a clip. */
  z.strictObject({
    from: z.literal('arrays'),
    data: arrayFile,
    shape: z.array(z.int().min(1)).max(8).default([]),
    /** The field of the input's index that holds a clip's first label. */
    offset: fieldName.exactOptional(),
    /** Labels that say "not counted". */
    ignore: z.array(z.number()).max(100).default([]),
  }),
  /** A field of the input's index. */
  z.strictObject({ from: z.literal('index'), field: fieldName }),
  /** The name of the folder that an image lies in. */
  z.strictObject({ from: z.literal('folders'), classes: file.exactOptional() }),
  /** A line of a text file for each item. */
  z.strictObject({ from: z.literal('lines'), file }),
  /** The token after each token. */
  z.strictObject({ from: z.literal('next-token') }),
]);

/** How outputs become what is compared with the target. */
export const decodeSpec = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('class'), names: file.exactOptional() }),
  z.strictObject({
    /** Greedy connectionist temporal classification. */
    to: z.literal('text'),
    alphabet: z.strictObject({
      file,
      /** Where the blank stands that the file does not list. */
      blank: z.enum(['first', 'last']).default('first'),
      /** Characters after those of the file. */
      more: z.array(z.string()).default([]),
    }),
  }),
]);

const reference = { against: z.enum(['target', 'original']).default('target') };

/** What is measured; the first is the one that a summary shows. */
export const metricSpec = z.discriminatedUnion('metric', [
  z.strictObject({ metric: z.literal('top-1'), ...reference }),
  z.strictObject({ metric: z.literal('nll') }),
  z.strictObject({ metric: z.literal('perplexity') }),
  z.strictObject({
    metric: z.literal('bits-per-byte'),
    /** A JSON file whose `field` lists the text of each token. */
    tokens: z.strictObject({ file, field: fieldName.exactOptional() }),
    /** Whether each character of those texts stands for one byte, as in byte-level vocabularies. */
    latin1: z.boolean().default(false),
  }),
  z.strictObject({ metric: z.literal('character-error-rate'), ...reference }),
  z.strictObject({ metric: z.literal('exact-text'), ...reference }),
  z.strictObject({ metric: z.literal('auc') }),
  z.strictObject({ metric: z.literal('accuracy'), threshold: z.number().default(0.5) }),
  z.strictObject({
    metric: z.literal('psnr'),
    ...reference,
    /** Outputs are multiplied by it, rounded, and cut to 0 … peak. */
    scale: z.number().default(255),
    peak: z.number().default(255),
  }),
  z.strictObject({ metric: z.literal('mae') }),
  z.strictObject({ metric: z.literal('mse') }),
  z.strictObject({ metric: z.literal('iou'), ...reference, threshold: z.number().default(0.5) }),
]);

/** A task file. */
export const taskSchema = z.strictObject({
  $schema: z.string().exactOptional(),
  task: z.literal(1),
  title: z.string().min(1).max(200),
  /** What an item is called: "digits", "lines", "crops". */
  unit: z.string().min(1).max(40).default('items'),
  inputs: z.array(inputSpec).min(1).max(16),
  /** Outputs that are an input of the next frame of the same clip; zeros at its start. */
  state: z
    .array(
      z.strictObject({
        input: fieldName,
        output: fieldName,
        shape: z.array(z.int().min(1)).max(8),
        type: modelType.default('float32'),
      }),
    )
    .max(16)
    .default([]),
  /** The first so many items are there to be learned from, by what learns from inputs; absent: some from all over. */
  learnFrom: z.strictObject({ first: z.int().min(1).max(1_000_000) }).exactOptional(),
  /** Items in one run of the model, where they have one shape. */
  batch: z.int().min(1).max(4096).default(1),
  /** The output that is measured; default: the first. */
  output: fieldName.exactOptional(),
  target: targetSpec.exactOptional(),
  decode: decodeSpec.exactOptional(),
  metrics: z
    .array(metricSpec)
    .max(16)
    .refine(
      (all) => new Set(all.map((metric) => JSON.stringify(metric))).size === all.length,
      'a metric is named twice with the same settings',
    )
    .default([]),
  /** Frames that are resampled together, because neighbours are alike. */
  block: z.int().min(1).max(1_000_000).default(64),
});

export type Task = z.infer<typeof taskSchema>;
export type InputSpec = Task['inputs'][number];
export type TargetSpec = NonNullable<Task['target']>;
export type MetricSpec = Task['metrics'][number];
export type DecodeSpec = NonNullable<Task['decode']>;
export type ArrayFile = z.infer<typeof arrayFile>;
export type ValueSpec = z.infer<typeof values>;
export type ElementType = z.infer<typeof elementType>;
export type ModelType = z.infer<typeof modelType>;
