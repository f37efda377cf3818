import { basename } from 'node:path';
import { HostError } from '../../contract/errors.ts';
import {
  exportRecord,
  type exportCalls,
  type ExportJob,
  type ExportReceipt,
  type ExportRecord,
  type ExportRequest,
} from '../../contract/exports.ts';
import type { Settings } from '../../contract/settings.ts';
import { loadExports, type ExportReport } from '../../engine/index.ts';
import { exportReader, narrower, usualShare, type SpawnEvaluation } from '../../evaluation/index.ts';
import type { Access } from '../files/access.ts';
import type { SpawnWorker } from '../engine.ts';
import type { ExportNotes } from '../export-notes.ts';
import type { History } from '../history.ts';
import { createWorkQueue } from '../work-queue.ts';
import { withCheckedPaths } from './checked-paths.ts';
import type { Handlers } from './handlers.ts';

interface ExportOptions {
  readonly spawnWorker: SpawnWorker;
  readonly spawnEvaluation: SpawnEvaluation | undefined;
  readonly access: Access;
  readonly history: History;
  readonly notes: ExportNotes;
  readonly settings: () => Settings;
  readonly changed: (job: ExportJob) => void;
}

interface ExportPart {
  readonly handlers: Handlers<keyof typeof exportCalls>;
  close(): Promise<void>;
}

const recordsShown = 200;
const tensorsPerPage = 200;

/** Starts and stops exports, one after another, and remembers what they wrote. */
export function exportHandlers(options: ExportOptions): ExportPart {
  const { spawnWorker, spawnEvaluation, access, history, notes, settings, changed } = options;
  const queue = createWorkQueue<ExportRequest, ExportJob, ExportReport>({
    doing: 'exporting',
    nameOf: ({ input }) => basename(input),
    async *start({ id, request }, signal) {
      const { exportModel } = await loadExports();
      const { memoryBytes, threads } = settings();
      const resources = { memoryBytes, ...(threads === 'auto' ? {} : { threads }) };
      await notes.add(id, request.output ?? request.input);
      try {
        const { task, channels: share = usualShare, ...asked } = request;
        const narrow = spawnEvaluation && task !== undefined ? narrower(spawnEvaluation, { task, share }) : undefined;
        const context = { spawnWorker, signal, readExport: exportReader(spawnEvaluation), narrow };
        yield* exportModel({ ...resources, ...asked }, context);
      } finally {
        await notes.remove(id);
      }
    },
    changed,
    finished: async (report, id) => {
      const receipt = toReceipt(report);
      const { input } = report;
      await history.addExport({ id, name: basename(input), input, finished: Date.now(), receipt }, report.tensors);
      return { receipt };
    },
  });
  const looking = new AbortController();
  return {
    handlers: {
      'exports.start': async (request) => queue.add(await withCheckedPaths(request, access)),
      'exports.refusals': async ({ input }) => {
        const { exportRefusals } = await loadExports();
        return [...(await exportRefusals(await access.check(input), looking.signal))];
      },
      'exports.cancel': ({ id }) => ({ cancelled: queue.cancel(id) }),
      'exports.running': () => [...queue.list()],
      'exports.list': async ({ search = '', limit = recordsShown }) => known(await history.exports({ search, limit })),
      'exports.get': async ({ id }) => {
        const found = await history.export(id);
        const [record] = known(found === undefined ? [] : [found]);
        if (record === undefined)
          throw new HostError({ code: 'NOT_FOUND', message: 'There is no such export any more.' });
        return record;
      },
      'exports.tensors': async ({ id, search = '', sort = 'error', offset = 0, limit = tensorsPerPage }) => {
        const { tensors, total } = await history.exportedTensors(id, { search, sort, offset, limit });
        return { tensors: tensors.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })), total };
      },
    },
    close: async () => {
      looking.abort();
      await queue.close();
    },
  };
}

/** Rows of another shape, as another version wrote them, are left out rather than shown wrong. */
function known(rows: readonly unknown[]): ExportRecord[] {
  return rows.flatMap((row) => {
    const { success, data } = exportRecord.safeParse(row);
    return success ? [data] : [];
  });
}

function toReceipt(report: ExportReport): ExportReceipt {
  const {
    target,
    input,
    sha256,
    output,
    outputs,
    bytesIn,
    bytesOut,
    weightsIn,
    weightsOut,
    ticks,
    load,
    carried,
    loadTest,
    isOfApproximate,
  } = report;
  const { reader, isLoaded, result } = loadTest;
  return {
    ...{ target, input, sha256, output, bytesIn, bytesOut, weightsIn, weightsOut, load },
    ...(isOfApproximate && { isOfApproximate }),
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
        relativeError: finite(alike.reduce((largest, { relativeError }) => Math.max(largest, relativeError), 0)),
      };
    })
    .sort((one, other) => other.bytesIn - one.bytesIn);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
