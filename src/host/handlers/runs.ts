import { basename } from 'node:path';
import type { EvaluationSummary } from '../../contract/evaluations.ts';
import { HostError } from '../../contract/errors.ts';
import { run, type Run } from '../../contract/jobs.ts';
import type { ComparedRun, RunTensor, WaterfallStep } from '../../contract/runs.ts';
import type { CompressReport, TensorReport } from '../../engine/index.ts';
import type { History } from '../history.ts';
import type { Handlers } from './handlers.ts';

const runsShown = 20;
const tensorsPerPage = 200;

/** Finished jobs, newest first. A row that an older version wrote in another shape is left out rather than shown wrong. */
export function runHandlers(
  history: History,
  evaluationsOf: (candidate: string) => Promise<readonly EvaluationSummary[]>,
): Handlers<'runs.recent' | 'runs.list' | 'runs.get' | 'runs.tensors' | 'runs.compare'> {
  const find = async (id: string) => {
    const found = await history.get(id);
    const { success, data } = run.safeParse(found);
    if (!found || !success) throw new HostError({ code: 'NOT_FOUND', message: 'There is no such result any more.' });
    return { run: data, report: found.report };
  };
  return {
    'runs.recent': async ({ limit = runsShown }) => known(await history.recent(limit)),
    'runs.list': async ({ search = '', limit = runsShown, offset = 0 }) => {
      const { runs, total } = await history.find({ search, offset, limit });
      return { runs: known(runs), total };
    },
    'runs.get': async ({ id }) => {
      const found = await find(id);
      const codecs = await history.codecs(id);
      const { seconds } = found.report;
      return {
        run: found.run,
        waterfall: found.report.command === 'compress' ? waterfall(found.report, codecs) : [],
        phases: Object.entries(seconds).map(([phase, value]) => ({ phase, seconds: value })),
        codecs: codecs.map((codec) => ({ ...codec })),
        evaluations: [...(await evaluationsOf(found.run.receipt.sha256))],
      };
    },
    'runs.tensors': async ({ id, search = '', sort = 'size', offset = 0, limit = tensorsPerPage }) => {
      const { tensors, total } = await history.tensors(id, { search, sort, offset, limit });
      return { tensors: tensors.map(toRunTensor), total };
    },
    'runs.compare': async ({ ids }) =>
      Promise.all(
        ids.map(async (id) => {
          const found = await find(id);
          const evaluations = await evaluationsOf(found.run.receipt.sha256);
          return { ...compared(found.run), evaluations: newestOnEachTask(evaluations) };
        }),
      ),
  };
}

function toRunTensor({ shape, leansOn, approximation, ...rest }: TensorReport): RunTensor {
  return {
    ...{ ...rest, shape: [...shape] },
    ...(leansOn && {
      leansOn: leansOn.map(({ slices, ...rest }) => ({ ...rest, ...(slices && { slices: [...slices] }) })),
    }),
    ...(approximation && { approximation: { ...approximation, options: { ...approximation.options } } }),
  };
}

function known(rows: readonly unknown[]): Run[] {
  return rows.flatMap((row) => {
    const { success, data } = run.safeParse(row);
    return success ? [data] : [];
  });
}

type Codecs = readonly { readonly codec: string; readonly bytesIn: number; readonly bytesOut: number }[];

/** What each way of coding saved; steps between the ends add up to the difference. */
function waterfall({ bytesIn, bytesOut, bytes }: CompressReport, codecs: Codecs): WaterfallStep[] {
  const saved = (takes: (codec: string) => boolean): number =>
    codecs.filter(({ codec }) => takes(codec)).reduce((sum, row) => sum + row.bytesOut - row.bytesIn, 0);
  const exponent = saved((codec) => codec.startsWith('float-fields'));
  const equal = saved((codec) => codec === 'equal');
  const base = saved((codec) => codec.startsWith('difference'));
  const other = bytesOut - bytesIn - exponent - equal - base - bytes.frame;
  const steps = [
    { id: 'original', bytes: bytesIn },
    { id: 'exponent', bytes: exponent },
    { id: 'equal-tensors', bytes: equal },
    { id: 'base', bytes: base },
    { id: 'other', bytes: other },
    { id: 'frame', bytes: bytes.frame },
    { id: 'archive', bytes: bytesOut },
  ] as const;
  return steps.filter((step) => step.bytes !== 0).map((step) => ({ ...step }));
}

function newestOnEachTask(evaluations: readonly EvaluationSummary[]): EvaluationSummary[] {
  const tasks = Map.groupBy(evaluations, ({ task, inputs }) => task?.sha256 ?? inputs);
  return [...tasks.values()].flatMap((alike) => alike.slice(0, 1));
}

function compared({ id, name, command, finished, receipt }: Run): Omit<ComparedRun, 'evaluations'> {
  const { bytesIn, bytesOut, sha256, preset, peakRssBytes, machine, seconds, parameters = 0, output } = receipt;
  const isApproximate = receipt.approximation !== undefined;
  const original = command === 'compress' ? bytesIn : bytesOut;
  const rate = seconds > 0 ? original / seconds : 0;
  return {
    ...{ id, command, finished, bytesIn, bytesOut, machine },
    // The archive's name tells by which method it was made.
    name: isApproximate && output !== undefined ? basename(output) : name,
    sha256: receipt.approximation?.sourceSha256 ?? sha256,
    ratio: bytesIn === 0 ? 1 : bytesOut / bytesIn,
    ...(preset === undefined ? {} : { preset }),
    ...(peakRssBytes === undefined ? {} : { peakRssBytes }),
    ...(command === 'compress' && parameters > 0 ? { bitsPerWeight: (bytesOut * 8) / parameters } : {}),
    ...(command === 'compress' ? { compressRate: rate } : {}),
    ...(command === 'restore' ? { restoreRate: rate } : {}),
    ...(isApproximate ? { isApproximate } : {}),
  };
}
