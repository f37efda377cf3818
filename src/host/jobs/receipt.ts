import type { JobRequest, Receipt } from '../../contract/jobs.ts';
import type { CompressReport, Report } from '../../engine/index.ts';

const filesShown = 100;

/** A report in the size that lists, windows and histories can bear: no tensors, and the first hundred files. */
export function toReceipt(report: Report, { bases: basePaths = [] }: Pick<JobRequest, 'bases'> = {}): Receipt {
  const bases = report.command === 'verify' ? undefined : report.bases;
  return {
    command: report.command,
    input: report.input,
    ...(report.output === undefined ? {} : { output: report.output }),
    bytesIn: report.bytesIn,
    bytesOut: report.bytesOut,
    sha256: report.sha256,
    ...(report.command === 'compress' ? { preset: report.preset } : {}),
    proved:
      report.command === 'verify' ? [...report.proved] : report.command === 'compress' ? [report.proof] : ['files'],
    tensors: countTensors(report),
    ...(report.command === 'compress' ? { parameters: countParameters(report) } : {}),
    repeated: report.command === 'compress' ? report.tensors.filter(({ equalTo }) => equalTo !== undefined).length : 0,
    files: report.files.slice(0, filesShown).map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
    seconds: report.seconds.total,
    threads: report.threads,
    peakRssBytes: report.peakRssBytes,
    machine: `${report.machine.cpu}, ${report.machine.cores} cores, ${report.machine.platform}`,
    engine: report.machine.engine,
    notices: [...report.notices],
    ...(bases && { bases: bases.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })) }),
    ...(basePaths.length > 0 && { basePaths }),
    ...(report.command === 'compress' && report.approximation ? { approximation: report.approximation } : {}),
  };
}

function countTensors(report: Report): number {
  switch (report.command) {
    case 'compress':
      return report.tensors.length;
    case 'verify':
      return report.tensors;
    case 'restore':
      return report.tensor === undefined ? 0 : 1;
  }
}

function countParameters({ tensors }: CompressReport): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}
