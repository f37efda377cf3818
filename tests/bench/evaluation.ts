import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { writeImageNetwork } from './image-network.ts';

const entry = fileURLToPath(new URL('../../scripts/fw.mjs', import.meta.url));
const images = 100;
const pixels = 3 * 224 * 224;

/** Evaluates a network of 87 MB on 100 photographs, beside the bare runtime on as many tensors; prints seconds of both. */
export async function benchEvaluation(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-bench-'));
  try {
    const network = await writeImageNetwork(folder);
    await writePhotographs(join(folder, 'photos'));
    const inputs = [{ from: 'images', folder: 'photos', width: 224, height: 224 }];
    const task = join(folder, 'task.json');
    await writeFile(task, JSON.stringify({ task: 1, title: 'Photographs', unit: 'images', inputs }));

    const session = await InferenceSession.create(network);
    const x = new Tensor('float32', new Float32Array(pixels).fill(0.5), [1, 3, 224, 224]);
    const start = performance.now();
    for (let run = 0; run < images; run++) await session.run({ x });
    const bare = (performance.now() - start) / 1000;
    await session.release();

    const child = spawn(process.execPath, [entry, 'evaluate', network, '--task', task, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    const { report } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
      readonly report: { readonly seconds: number; readonly peakRssBytes: number };
    };
    console.log(
      `evaluation of ${images} images: ${report.seconds.toFixed(2)} s, ${(report.seconds / bare).toFixed(2)} times the bare runtime (${bare.toFixed(2)} s); ${(report.peakRssBytes / 1e6).toFixed(0)} MB at most`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Smooth pictures of 640 × 480 pixels, as JPEG. */
async function writePhotographs(folder: string): Promise<void> {
  await mkdir(folder);
  const raw = { width: 32, height: 24, channels: 3 } as const;
  for (let image = 0; image < images; image++) {
    const colours = Uint8Array.from({ length: 32 * 24 * 3 }, (_, at) => Math.imul(at + 977 * image, 2654435761) >>> 24);
    await sharp(colours, { raw })
      .resize(640, 480, { kernel: 'cubic' })
      .jpeg()
      .toFile(join(folder, `${image}.jpg`));
  }
}
