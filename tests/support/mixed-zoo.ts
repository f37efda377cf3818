import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { baseModel, fineTune } from './families.ts';
import { largeModel } from './large-model.ts';
import { npyFile, npyHeader } from './numpy.ts';
import { deepNetwork } from './onnx-models.ts';
import { op, pickle, pytorchFile, storage, view } from './pytorch.ts';
import { ggufModel, q4Records, q8Records } from './quantized.ts';
import { weights } from './streams.ts';
import { writeZoo } from './zoos.ts';

const records = 32 * 400;

/**
 * Writes a zoo of 200 models, some 100 MB: those of {@link writeZoo}, GGUF, ONNX, PyTorch and NumPy files, a family of larger
 * models, a Hugging Face cache and Ollama's blobs, with hard and symbolic links to some.
 */
export async function writeMixedZoo(root: string): Promise<void> {
  await writeZoo(root, 110);
  const write = async (name: string, content: Uint8Array | string): Promise<string> => {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  for (let seed = 1; seed <= 20; seed++) {
    const numbers = weights('F32', 5000 + 100 * seed, seed).stream.bytes;
    const shape = `(${numbers.length / 4},)`;
    await write(`gguf/${seed}.gguf`, quantized(seed));
    await write(`numpy/${seed}.npy`, npyFile(npyHeader("'<f4'", shape), numbers));
    const stored = view(storage('FloatStorage', '0', numbers.length / 4), 0, [numbers.length / 4], [1]);
    await write(`torch/${seed}.pt`, pytorchFile(pickle(op.dict(op.text('w'), stored)), { 0: numbers }));
    if (seed <= 10) await write(`onnx/${seed}.onnx`, deepNetwork(20 + seed, seed));
  }
  await write('large/base.safetensors', baseModel(4_000_000, 5));
  await write('large/tuned.safetensors', fineTune(4_000_000, 1e-3, 5));
  await write('large/tuned more.safetensors', fineTune(4_000_000, 1e-2, 5, 33));
  const large = await write('large/alone.safetensors', largeModel(36));
  await link(large, join(root, 'large/hard link.safetensors'));
  await symlink('alone.safetensors', join(root, 'large/symbolic link.safetensors'));
  await hubCache(write, root);
  await ollama(write);
}

type Write = (name: string, content: Uint8Array | string) => Promise<string>;

async function hubCache(write: Write, root: string): Promise<void> {
  for (let seed = 1; seed <= 6; seed++) {
    const repository = `hub/models--org--model-${seed}`;
    const content = baseModel(20_000, 40 + seed);
    const blob = await write(`${repository}/blobs/${digestOf(content)}`, content);
    const name = join(root, repository, 'snapshots', 'abcdef0123', 'model.safetensors');
    await mkdir(dirname(name), { recursive: true });
    await symlink(relative(dirname(name), blob), name);
  }
}

async function ollama(write: Write): Promise<void> {
  for (let seed = 31; seed <= 34; seed++) {
    const content = quantized(seed);
    await write(`ollama/blobs/sha256-${digestOf(content)}`, content);
    const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digestOf(content)}` }];
    await write(`ollama/manifests/registry.ollama.ai/library/m${seed}/latest`, JSON.stringify({ layers }));
  }
}

function quantized(seed: number): Uint8Array {
  return ggufModel([
    { type: 8, elements: records, bytes: q8Records(records, seed) },
    { type: 2, elements: records, bytes: q4Records(records, seed + 1) },
  ]);
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
