import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeImageNetwork } from './image-network.ts';
import { loadRuntime } from '../../src/evaluation/inference/runtime.ts';

const entry = fileURLToPath(new URL('../../scripts/fw.mjs', import.meta.url));
const images = 100;
const pixels = 3 * 224 * 224;

/**
 * Evaluates a network of 87 MB on 100 photographs, beside the bare runtime on as many ready tensors, in interleaved rounds;
 * prints medians, and the least and most of the ratio.
 */
export async function benchEvaluation(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-bench-'));
  try {
    const network = await writeImageNetwork(folder);
    await writePhotographs(join(folder, 'photos'));
    const inputs = [{ from: 'images', folder: 'photos', width: 224, height: 224 }];
    const task = join(folder, 'task.json');
    await writeFile(task, JSON.stringify({ task: 1, title: 'Photographs', unit: 'images', inputs }));

    const measured: { bare: number; seconds: number; ratio: number; peak: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const bare = await runBare(network);
      const { seconds, peakRssBytes: peak } = await evaluateOnce(network, task);
      measured.push({ bare, seconds, ratio: seconds / bare, peak });
    }
    const median = (name: 'bare' | 'seconds' | 'ratio'): string =>
      measured
        .map((each) => each[name])
        .sort((one, other) => one - other)
        [rounds >> 1]!.toFixed(2);
    const ratios = measured.map(({ ratio }) => ratio);
    console.log(
      `evaluation of ${images} images: ${median('seconds')} s, ${median('ratio')} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, ${rounds} rounds) times the bare runtime (${median('bare')} s); ${(Math.max(...measured.map(({ peak }) => peak)) / 1e6).toFixed(0)} MB at most`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds that the runtime itself takes, with a loaded model. */
async function runBare(network: string): Promise<number> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(network);
  const x = new Tensor('float32', new Float32Array(pixels).fill(0.5), [1, 3, 224, 224]);
  const start = performance.now();
  for (let run = 0; run < images; run++) await session.run({ x });
  const seconds = (performance.now() - start) / 1000;
  await session.release();
  return seconds;
}

async function evaluateOnce(
  network: string,
  task: string,
): Promise<{ readonly seconds: number; readonly peakRssBytes: number }> {
  const child = spawn(process.execPath, [entry, 'evaluate', network, '--task', task, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  const { report } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
    readonly report: { readonly seconds: number; readonly peakRssBytes: number };
  };
  return report;
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
