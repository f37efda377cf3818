import { loadExports, type ExportReport, type ExportRequest, type JobEvent } from '../../src/engine/index.ts';
import { context, finish } from './jobs.ts';

/** Exports without a runtime at hand; the report. */
export async function exported(
  input: string,
  target: string,
  output?: string,
  more: Pick<ExportRequest, 'overwrite'> = {},
): Promise<{ readonly report: ExportReport; readonly events: readonly JobEvent<ExportReport>[] }> {
  const { exportModel } = await loadExports();
  return finish(exportModel({ input, target, output, ...more }, context()));
}
