import { bytes } from './bytes/index.ts';
import { coreml } from './coreml/index.ts';
import { flax } from './flax/index.ts';
import type { Format } from './format.ts';
import { gguf } from './gguf/index.ts';
import { gitLfs } from './git-lfs/index.ts';
import { hdf5 } from './hdf5/index.ts';
import { keras } from './keras/index.ts';
import { numpy } from './numpy/index.ts';
import { onnx } from './onnx/index.ts';
import { pytorch } from './pytorch/index.ts';
import { safetensors } from './safetensors/index.ts';
import { tensorflow } from './tensorflow/index.ts';
import { tfjs } from './tfjs/index.ts';
import { tflite } from './tflite/index.ts';

/** Every kind of file the engine knows, `bytes` last because it takes any. */
export const formats = [
  safetensors,
  gguf,
  onnx,
  tflite,
  coreml,
  tensorflow,
  tfjs,
  hdf5,
  keras,
  pytorch,
  numpy,
  flax,
  gitLfs,
  bytes,
] as const satisfies readonly Format[];

/** The first bytes that {@link detectFormat} wants to see, or fewer where the file is shorter. */
export const headBytes = 64;

/** The format of a file by its first bytes, then by its name, else `bytes`: content wins over a wrong extension. */
export function detectFormat(head: Uint8Array, fileName: string): Format {
  return (
    formats.find((format) => format !== bytes && format.detect(head, '')) ??
    formats.find((format) => format.detect(head, fileName)) ??
    bytes
  );
}

/** The format called `id`, if there is one. */
export function formatById(id: string): Format | undefined {
  return formats.find((format) => format.id === id);
}
