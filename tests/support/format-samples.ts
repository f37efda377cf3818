import { dtypes, type DType, byteLengthOf } from '../../src/engine/tensor/dtype.ts';
import { ggufFile, text, u32, u64 } from './gguf.ts';
import { blobFile, coremlFile, innerProduct } from './coreml.ts';
import { FlaxArray, flaxFile } from './flax.ts';
import { latestHdf5, newerHdf5, olderHdf5 } from './hdf5.ts';
import { attribute, externalTensor, initializer, node, onnxFile, tensor } from './onnx.ts';
import { npyFile, npyHeader } from './numpy.ts';
import { legacyFile, op, pickle, pytorchFile, storage, storedZip, view } from './pytorch.ts';
import { headerText, safetensorsFile } from './safetensors.ts';
import { checkpointIndex } from './tensorflow.ts';
import { tfliteFile } from './tflite.ts';

/** A small valid file that the contract suite of the formats cuts, flips and overwrites. */
export interface FormatSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The names of the tensors in it. */
  readonly tensors: readonly string[];
}

function everyDtype(): FormatSample {
  let end = 0;
  const tensors = (Object.keys(dtypes) as DType[]).map((dtype) => {
    const begin = end;
    end += byteLengthOf(dtype, [2, 4]) ?? 0;
    return { name: `layer.${dtype}`, dtype, shape: [2, 4], begin, end };
  });
  return {
    name: 'model.safetensors',
    bytes: safetensorsFile(headerText(tensors, { format: 'pt' }), end),
    tensors: tensors.map(({ name }) => name),
  };
}

/** Samples of every format of the catalog, by its id; a format without one fails the contract suite. */
export const formatSamples: Readonly<Record<string, readonly FormatSample[]>> = {
  bytes: [{ name: 'notes.txt', bytes: new TextEncoder().encode('plain text'), tensors: [] }],
  gguf: [
    {
      name: 'blob',
      bytes: ggufFile({
        pairs: [
          { key: 'general.architecture', type: 8, value: text('llama') },
          { key: 'tokens', type: 9, value: [...u32(8), ...u64(2), ...text('a'), ...text('b')] },
        ],
        tensors: [
          { name: 'token_embd.weight', shape: [2, 32], type: 2, offset: 0 },
          { name: 'norm', shape: [4], type: 0, offset: 64 },
        ],
        data: 96,
      }),
      tensors: ['token_embd.weight', 'norm'],
    },
  ],
  onnx: [
    {
      name: 'blob',
      bytes: onnxFile([
        ...initializer(tensor({ name: 'weight', dims: [2, 2], raw: new Uint8Array(16) })),
        ...initializer(externalTensor('elsewhere', [2], { location: 'w.data', offset: '0', length: '8' })),
        ...node('Constant', 'constant', attribute('value', 5, tensor({ dims: [1], raw: new Uint8Array(4) }))),
        ...node('If', 'y', attribute('then_branch', 6, initializer(tensor({ name: 'deep', raw: new Uint8Array(4) })))),
      ]),
      tensors: ['weight', 'constant', 'deep'],
    },
  ],
  coreml: [
    { name: 'x.mlmodel', bytes: coremlFile(500, [], innerProduct('dense', [1, 2, 3, 4])), tensors: ['dense.weights'] },
    {
      name: 'weight.bin',
      bytes: blobFile([
        [1, [1, 2]],
        [2, [1, 2, 3, 4]],
      ]),
      tensors: ['blob.64', 'blob.192'],
    },
  ],
  tfjs: [
    {
      name: 'blob',
      bytes: new TextEncoder().encode(
        '{"modelTopology": {}, "weightsManifest": [{"paths": ["a.bin"], "weights": [{"name": "w", "shape": [2], "dtype": "int32"}]}]}',
      ),
      tensors: [],
    },
  ],
  hdf5: [
    {
      name: 'blob',
      bytes: olderHdf5,
      tensors: ['alias/vars/kernel', 'alias/vars/bias', 'steps', 'cut', 'cut #2', 'big'],
    },
    { name: 'blob', bytes: newerHdf5, tensors: ['dense/vars/kernel', 'dense/vars/bias', 'inside'] },
    {
      name: 'blob',
      bytes: latestHdf5,
      tensors: [
        ...Array.from({ length: 9 }, (_, index) => `w${index}`),
        'one',
        ...['fixed', 'implicit', 'tree'].flatMap((name) => [name, `${name} #2`, `${name} #3`, `${name} #4`]),
      ],
    },
  ],
  flax: [
    {
      name: 'flax_model.msgpack',
      bytes: flaxFile({
        params: {
          dense: {
            kernel: new FlaxArray('float32', [2, 3], new Uint8Array(24)),
            bias: new FlaxArray('bfloat16', [3], new Uint8Array(6)),
          },
        },
        state: [new FlaxArray('int32', [], new Uint8Array(4), 3), 'adam', 1000],
      }),
      tensors: ['params.dense.kernel', 'params.dense.bias', 'state.0'],
    },
  ],
  tensorflow: [
    {
      name: 'variables.index',
      bytes: checkpointIndex(
        [
          { name: 'layer/bias', type: 1, shape: [3], offset: 0, bytes: 12 },
          { name: 'layer/kernel', type: 14, shape: [2, 3], offset: 12, bytes: 12, file: 1 },
          { name: 'sliced', type: 1, shape: [2], offset: 0, bytes: 0, isSliced: true },
        ],
        { files: 2 },
      ),
      tensors: [],
    },
  ],
  keras: [
    {
      name: 'blob',
      bytes: storedZip({ 'metadata.json': new TextEncoder().encode('{}'), 'model.weights.h5': newerHdf5 }),
      tensors: ['dense/vars/kernel', 'dense/vars/bias', 'inside'],
    },
  ],
  pytorch: [
    {
      name: 'blob',
      bytes: pytorchFile(
        pickle(op.dict(op.text('w'), view(storage('FloatStorage', '0', 6), 0, [2, 3], [3, 1]), op.text('n'), op.none)),
        { 0: new Uint8Array(24), 1: new Uint8Array(3) },
      ),
      tensors: ['w', 'data/1'],
    },
    {
      name: 'blob',
      bytes: legacyFile(op.dict(op.text('w'), view(storage('HalfStorage', '7', 3), 0, [3], [1])), {
        7: [3, new Uint8Array(6)],
      }),
      tensors: ['w'],
    },
    {
      name: 'blob',
      bytes: storedZip({
        'm/data/weights/weight_0': new Uint8Array(8),
        'm/data/weights/model_weights_config.json': new TextEncoder().encode(
          '{"config":{"w":{"path_name":"weight_0","tensor_meta":{"dtype":7,"sizes":[{"as_int":2}]}}}}',
        ),
        'm/inputs.pt': storedZip({ 'archive/data/0': new Uint8Array(5) }),
      }),
      tensors: ['w', 'data/0'],
    },
  ],
  'git-lfs': [
    {
      name: 'model.safetensors',
      bytes: new TextEncoder().encode(
        `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5000\n`,
      ),
      tensors: [],
    },
  ],
  numpy: [
    { name: 'blob', bytes: npyFile(npyHeader("'<f4'", '(2, 3)'), 24), tensors: ['array'] },
    { name: 'blob', bytes: storedZip({ 'w.npy': npyFile(npyHeader("'<i8'", '(2,)'), 16, 2) }), tensors: ['w'] },
  ],
  tflite: [
    {
      name: 'blob',
      bytes: tfliteFile(
        [
          [
            { name: 'input', shape: [1, 4], type: 0, buffer: 0 },
            { name: 'weight', shape: [2, 2], type: 0, buffer: 1 },
            { name: 'quantized', shape: [4], type: 9, buffer: 2 },
          ],
          [{ name: 'again', shape: [2, 2], type: 0, buffer: 1 }],
        ],
        [{ 0: { bytes: new Uint8Array(16) } }, { 0: { bytes: new Uint8Array(4) } }],
      ),
      tensors: ['weight', 'quantized'],
    },
  ],
  safetensors: [everyDtype(), { name: 'no-extension', bytes: safetensorsFile('{}'), tensors: [] }],
};
