import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, listCatalog, MalformedFileError, type JobEvent } from '../../src/engine/index.ts';
import type { CompressReport, Inspection, RestoreReport, VerifyReport } from '../../src/engine/index.ts';
import type { Engine } from '../../src/host/engine.ts';

const sha256 = 'ab'.repeat(32);
const machine = { cpu: 'Test', cores: 2, memoryBytes: 1, platform: 'test', node: '24', engine: '0' };
const common = {
  bytesIn: 1000,
  bytesOut: 600,
  files: [{ name: 'model.safetensors', format: 'safetensors', bytes: 1000, sha256 }],
  seconds: { total: 0.5 },
  ...{ peakRssBytes: 1, threads: 2, memoryBytes: 1, machine },
  notices: [],
};

const tensors = Array.from({ length: 1200 }, (_, index) => ({
  name: `layer.${index}.weight`,
  file: 'model.safetensors',
  dtype: index % 2 === 0 ? 'BF16' : 'F32',
  shape: [index + 1],
  byteLength: (index + 1) * 4,
  offset: 0,
}));

/** An engine that touches no file. An input whose name has `bad` in it fails; with `slow` it runs until it is stopped. */
export const standInEngine: Engine = {
  async *compress({ input, output = `${input}.fwz`, preset = 'balanced' }, { signal, pause }) {
    yield { type: 'started', command: 'compress', name: 'model', bytesTotal: 1000 };
    if (input.includes('bad')) throw new MalformedFileError('The header is 9 bytes long; 8 were found.');
    for (let step = 0; input.includes('slow') || step < 40; step += 1) {
      await pause?.wait('batch');
      if (signal?.aborted) throw new CancelledError();
      yield progress(Math.min(1000, step * 25));
      await wait(1);
    }
    const [first] = tensors;
    const leansOn = [
      { to: 'w', slices: [1] },
      { to: 'base.gguf', isBase: true },
    ] as const;
    const tensor = { ...first!, bytesIn: 4, bytesOut: 2, codec: 'store', sha256, leansOn };
    yield { type: 'tensor', tensor };
    const report: CompressReport = {
      ...{ ...common, command: 'compress', input, output, preset, sha256, proof: 'bytes' },
      tensors: [tensor],
      bytes: { tensors: 500, other: 50, frame: 50 },
    };
    yield { type: 'finished', report };
  },
  async *restore({ archive, output = archive.replace(/\.fwz$/, '') }) {
    yield progress(1000);
    await wait(1);
    const report: RestoreReport = { ...common, command: 'restore', input: archive, output, sha256 };
    yield { type: 'finished', report };
  },
  async *verify({ archive }) {
    await wait(1);
    const proved = ['checksums', 'tensors', 'files'] as const;
    const report: VerifyReport = {
      ...common,
      command: 'verify',
      input: archive,
      sha256,
      tensors: 1,
      blocks: 1,
      proved,
    };
    yield { type: 'finished', report };
  },
  listCatalog,
  async estimate({ input, progress: tell }, { signal }) {
    for (let step = 0; input.includes('slow') || step < 3; step += 1) {
      if (signal?.aborted) throw new CancelledError();
      tell?.(step * 100, 1000);
      await wait(1);
    }
    const preset = { preset: 'balanced', bytesOut: 600, low: 590, high: 610, seconds: 1 } as const;
    const bits = { file: 'model.safetensors', name: 'layer.0.weight', bitsPerWeight: 10.5 };
    return { bytes: 1000, sampledBytes: 300, presets: [preset], tensors: [bits], memoryBytes: 2 ** 28 };
  },
  look: () =>
    Promise.resolve({
      ...{ dtype: 'BF16', shape: [2], bytes: 4, elements: 2, floorBits: 10, reachedBits: 10.5, codec: 'store' },
      fields: [{ name: 'exponent', bits: 8, entropy: 2.5, achieved: 3 }],
      exponents: Array.from({ length: 300 }, (_, value) => ({ value, count: value + 1 })),
      numbers: {
        statistics: { min: -1, max: 1, mean: 0, standardDeviation: 1, zeros: 0, notFinite: 0 },
        histogram: { from: -1, to: 1, counts: [1, 1] },
        sample: [-1, 1],
      },
    }),
  inspect: ({ path }) =>
    Promise.resolve<Inspection>({
      ...{ kind: 'model', name: 'model', path, bytes: 1000, parameters: 5, notices: [] },
      files: [{ name: 'model.safetensors', format: 'safetensors', bytes: 1000, tensors: 1 }],
      tensors,
      dtypes: [{ dtype: 'F32', tensors: 1, bytes: 1000 }],
      metadata: { format: 'pt' },
    }),
};

function progress(bytesDone: number): JobEvent<never> {
  return { type: 'progress', phase: 'compress', bytesDone, bytesTotal: 1000, bytesOut: bytesDone / 2, rate: 10 };
}
