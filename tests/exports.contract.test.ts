import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exportTargets } from '../src/engine/exports/catalog.ts';
import { loadExports, type ExportReport } from '../src/engine/index.ts';
import { evaluate, exportReader, narrower } from '../src/evaluation/index.ts';
import { evaluationContext } from './evaluation/support.ts';
import { folderWith } from './support/folder.ts';
import { finish } from './support/jobs.ts';

const samples = fileURLToPath(new URL('../samples', import.meta.url));
const task = join(samples, 'tasks', 'digits.json');
const runtime = evaluationContext();

/** What becomes of a bundled model: the most it takes of the original, in per cent, or why it cannot be. */
const expected: Readonly<Record<string, Readonly<Record<string, number | RegExp>>>> = {
  'digits.onnx': {
    ...{ 'onnx-int8': 26, 'onnx-int4': 17, 'onnx-fp8': 26, 'onnx-fp16': 51, 'onnx-bf16': 51 },
    ...{ 'onnx-merged': /nothing to merge/, 'onnx-equalized': 101, 'onnx-narrow': 90 },
    ...{ safetensors: /no safetensors/, gguf: /no safetensors/, znn: 90 },
  },
  'digits.safetensors': {
    ...{ onnx: /no ONNX model/, gguf: /config\.json/, znn: 90 },
    ...{ 'safetensors-fp8': 27, 'safetensors-int8': 27, 'safetensors-bf16': 51, 'safetensors-f16': 51 },
  },
};

async function exported(input: string, target: string, output: string): Promise<ExportReport> {
  const { exportModel } = await loadExports();
  const { spawnEvaluation } = runtime;
  const narrow = narrower(spawnEvaluation, { task, share: 0.1 });
  const context = { ...runtime, readExport: exportReader(spawnEvaluation), narrow };
  return (await finish(exportModel({ input, target, output }, context))).report;
}

test('every bundled model is here', async () => {
  const bundled = (await readdir(samples)).filter((name) => /\.(onnx|safetensors)$/.test(name));
  expect(Object.keys(expected).sort()).toEqual(bundled.sort());
});

describe.each(Object.entries(expected))('%s', (model, sizes) => {
  test.each(exportTargets.map(({ id }) => id))('as %s', async (target) => {
    const input = join(samples, model);
    const size = sizes[target] ?? sizes[target.split('-')[0] ?? ''];
    const work = exported(input, target, await folderWith({}));
    if (typeof size !== 'number') {
      await expect(work).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      await expect(work).rejects.toThrow(size);
      return;
    }
    const { output, weightsIn, weightsOut, loadTest, tensors } = await work;
    expect((100 * weightsOut) / weightsIn).toBeLessThan(size);
    // A ZipNN file of bytes has no reader of others.
    const reader = target.startsWith('onnx') ? /^onnxruntime$/ : /^@huggingface\/hub \d/;
    if (target !== 'znn' || model.endsWith('.safetensors')) {
      expect(loadTest.reader).toMatch(reader);
      expect(loadTest.isLoaded, loadTest.result).toBe(true);
    }
    // What was taken out counts as lost.
    for (const { relativeError } of tensors) expect(relativeError).toBeLessThan(target === 'onnx-narrow' ? 1 : 0.12);
    if (!target.startsWith('onnx')) return;
    const request = { command: 'compare', model: output, original: input, task, limit: 250, threads: 1 } as const;
    const { report } = await finish(evaluate(request, runtime));
    const top1 = report.metrics.find(({ metric }) => metric === 'top-1');
    expect(top1?.n).toBe(250);
    expect(Math.abs(top1?.delta ?? 1)).toBeLessThan(0.02);
  });
});
