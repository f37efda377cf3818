/**
 * The most that numbers found in files may make the engine do. Whatever passes one of these is refused by name, and the
 * file can still be stored exactly, as bytes.
 */
export const limits = {
  /** Header or tensor table of one file: the cap of the safetensors library itself, the largest of the formats. */
  headerBytes: 100_000_000,
  /** Tensors of one file: a hundred times the largest published table, and some 300 MB of memory. */
  tensors: 1_000_000,
  /** Nesting of protobuf messages: what the protobuf libraries themselves stop at. */
  protobufDepth: 100,
  /** Nesting of groups in HDF5: real models have under ten. */
  hdf5Depth: 64,
  /** Fields walked in one protobuf file, some seconds of work: the largest published graphs have a few million. */
  protobufFields: 20_000_000,
  /** Fields read in one file whose tables point to and fro: the largest published models have some ten thousand. */
  tableFields: 20_000_000,
  /** Bytes of one name or text that are kept; longer ones are cut for display. */
  textBytes: 65_536,
  /** A pickle that is looked through: those of the largest published checkpoints have a few million bytes. */
  pickleBytes: 32_000_000,
  /** Values that one pickle may make: a few for each tensor, each of some hundred bytes. */
  pickleValues: 2_000_000,
  /** Nesting of Python values in which tensors are looked for. */
  pickleDepth: 64,
  /** Nesting of JSON: real headers and indexes nest three deep, a bomb thousands. */
  jsonDepth: 64,
  /** Extents of one tensor: NumPy and PyTorch stop at 64. */
  rank: 64,
  /** `*.index.json` of a sharded model: about 100 bytes a tensor, so half a million tensors. */
  indexBytes: 50_000_000,
  /** Files of one model: the largest published ones have under 1,000 shards. */
  modelFiles: 10_000,
  /** Entries looked at in one folder before it is called no model. */
  folderEntries: 100_000,
  /** A file that goes with the weights: the largest tokenizers have some 40 MB; larger is a data set or a film. */
  sideFileBytes: 100_000_000,
  /** Bytes of one path component: what the common file systems can store. */
  nameBytes: 255,
  /** Bytes of a whole relative path: below Linux's 4,096 with room for the folder. */
  pathBytes: 2_048,
} as const;
