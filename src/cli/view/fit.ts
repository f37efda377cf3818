import { basename } from 'node:path';
import type { FitReport } from '../../evaluation/index.ts';
import { formatChange, formatCount, formatSaving, formatSeconds } from './amounts.ts';
import { colors } from './colors.ts';
import { escapeUnsafe } from './escape.ts';
import { evaluationText } from './evaluation.ts';

/** The words after a fit: the size, what was learned from, and what was measured. */
export function fitText(report: FitReport): string {
  const { input, output, bytesIn, bytesOut, calibration, candidates, evaluation, seconds } = report;
  const inputs = calibration.inputs === 'task' ? 'items of the task' : 'made-up inputs';
  return [
    `${colors.bold(escapeUnsafe(basename(input)))}  ${formatChange(bytesIn, bytesOut)} · ${colors.bold(formatSaving(bytesIn, bytesOut))} · ${(bytesIn / bytesOut).toFixed(2)} times smaller`,
    `  learned from ${formatCount(calibration.items)} ${inputs}: the inputs of ${formatCount(calibration.layers)} layers; ${formatCount(calibration.matrices)} matrices`,
    `  ${formatCount(candidates.length)} candidates written and proved, in ${formatSeconds(seconds)}`,
    ...(evaluation
      ? ['Measured on items that were not learned from:', evaluationText(evaluation)]
      : [colors.yellow('Not measured: how good it is was not looked at.')]),
    colors.green(`Proved: the archive gives back these weights, read back and compared; sha256 ${report.sha256}`),
    `Archive: ${escapeUnsafe(output)}`,
  ].join('\n');
}
