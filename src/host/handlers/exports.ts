import { basename, dirname } from 'node:path';
import type { ExportJob, ExportReceipt, ExportRequest } from '../../contract/exports.ts';
import type { Settings } from '../../contract/settings.ts';
import { loadExports, type ExportReport } from '../../engine/index.ts';
import { exportReader, type SpawnEvaluation } from '../../evaluation/index.ts';
import type { Access } from '../access.ts';
import type { SpawnWorker } from '../engine.ts';
import { createWorkQueue } from '../work-queue.ts';
import type { Handlers } from './handlers.ts';

interface ExportOptions {
  readonly spawnWorker: SpawnWorker;
  readonly spawnEvaluation: SpawnEvaluation | undefined;
  readonly access: Access;
  readonly settings: () => Settings;
  readonly changed: (job: ExportJob) => void;
}

interface ExportPart {
  readonly handlers: Handlers<'exports.start' | 'exports.cancel' | 'exports.running'>;
  close(): Promise<void>;
}

/** Starts and stops exports, one after another. */
export function exportHandlers({ spawnWorker, spawnEvaluation, access, settings, changed }: ExportOptions): ExportPart {
  const queue = createWorkQueue<ExportRequest, ExportJob, ExportReport>({
    doing: 'export',
    nameOf: ({ input }) => basename(input),
    async *start(request, signal) {
      const { exportModel } = await loadExports();
      const { memoryBytes, threads } = settings();
      const resources = { memoryBytes, ...(threads === 'auto' ? {} : { threads }) };
      yield* exportModel(
        { ...resources, ...request },
        { spawnWorker, signal, readExport: exportReader(spawnEvaluation) },
      );
    },
    changed,
    finished: (report) => ({ receipt: toReceipt(report) }),
  });
  return {
    handlers: {
      'exports.start': async (request) => {
        const input = await access.check(request.input);
        // A new file may lie beside its model, so the folder has to be open too.
        const output = await access
          .check(request.output ?? dirname(input))
          .then((checked) => request.output && checked);
        return queue.add({ ...request, input, ...(output !== undefined && { output }) });
      },
      'exports.cancel': ({ id }) => ({ cancelled: queue.cancel(id) }),
      'exports.running': () => [...queue.list()],
    },
    close: queue.close,
  };
}

function toReceipt(report: ExportReport): ExportReceipt {
  const { target, output, outputs, bytesIn, bytesOut, weightsIn, weightsOut, ticks, load, carried, loadTest } = report;
  const { reader, isLoaded, result } = loadTest;
  return {
    ...{ target, output, bytesIn, bytesOut, weightsIn, weightsOut, load },
    files: outputs.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
    kinds: kindsOf(report),
    ticks: { ...ticks },
    carried: [...carried],
    loadTest: { reader, ...(isLoaded !== undefined && { isLoaded }), result },
    seconds: report.seconds.total,
    notices: [...report.notices],
  };
}

function kindsOf({ tensors }: ExportReport): ExportReceipt['kinds'] {
  const kinds = Map.groupBy(tensors, ({ to, why = '' }) => `${to}\n${why}`);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  return [...kinds.values()]
    .flatMap((alike) => {
      const [first] = alike;
      if (first === undefined) return [];
      return {
        to: first.to,
        ...(first.why !== undefined && { why: first.why }),
        tensors: alike.length,
        bytesIn: sum(alike.map(({ bytesIn }) => bytesIn)),
        bytesOut: sum(alike.map(({ bytesOut }) => bytesOut)),
        relativeError: alike.reduce((largest, { relativeError }) => Math.max(largest, relativeError), 0),
      };
    })
    .sort((one, other) => other.bytesIn - one.bytesIn);
}
