import type { Output } from '../../../contract/calls.ts';
import type { ExportReceipt, ExportTarget } from '../../../contract/exports.ts';
import type { FailureWords } from '../../components/failure-words.ts';
import { numberText } from '../../text/amounts.ts';
import { fileName, visibleText } from '../../text/visible.ts';

const phases: Readonly<Record<string, string>> = {
  restore: 'Restoring what the archive holds',
  scan: 'Reading the model and taking its sha256',
  export: 'Writing the new file',
  check: 'Having another program load it',
};

/** What an export does now, in words. */
export function exportPhaseWords(state: string, phase: string | undefined): string {
  if (state === 'queued') return 'Waiting for the one before it';
  return phases[phase ?? 'scan'] ?? 'Working';
}

/** What is said of an export that nothing is known of. */
export const unknownWords: FailureWords = {
  title: 'Nothing is known of this export',
  safe: 'Originals are only read, so yours is untouched. What has its final name was written whole and checked.',
  next: 'An export that is stopped before its end, or ends with Featherweight itself, leaves nothing. Open the model, and export it again.',
};

/** The three ticks, each with the words that stand beside it. */
export const tickWords: readonly (readonly [keyof ExportTarget['ticks'], string])[] = [
  ['smallerOnDisk', 'smaller on disk'],
  ['smallerInMemory', 'smaller in memory'],
  ['faster', 'faster'],
];

/** A target that a model cannot become, and why. */
export interface UnsuitedTarget {
  readonly target: ExportTarget;
  readonly why: string;
}

/** Targets that a model with files of these formats can become, and the others; `refusals` are of those it could by its formats. */
export function suitedTargets(
  targets: readonly ExportTarget[],
  formats: readonly string[],
  refusals: Output<'exports.refusals'>,
): { readonly suited: readonly ExportTarget[]; readonly others: readonly UnsuitedTarget[] } {
  const refused = new Map(refusals.map(({ target, why }) => [target, why]));
  const whyNot = ({ id, from }: ExportTarget): string | undefined => {
    if (from.length > 0 && !from.some((format) => formats.includes(format)))
      return `Made of ${from.join(' or ')} files.`;
    const why = refused.get(id);
    return why === undefined ? undefined : `${visibleText(why.charAt(0).toUpperCase() + why.slice(1))}.`;
  };
  return {
    suited: targets.filter((target) => whyNot(target) === undefined),
    others: targets.flatMap((target) => {
      const why = whyNot(target);
      return why === undefined ? [] : { target, why };
    }),
  };
}

/** A relative error as a person reads it. */
export function errorText(relativeError: number | null): string {
  if (relativeError === null) return 'no finite number';
  return relativeError === 0 ? 'none' : `${numberText(Number((relativeError * 100).toPrecision(3)))} %`;
}

/** Whether every value is what it was in a model whose weights nothing had changed before. */
export function isExact({ kinds, isOfApproximate }: Pick<ExportReceipt, 'kinds' | 'isOfApproximate'>): boolean {
  return isOfApproximate !== true && kinds.every(({ relativeError }) => relativeError === 0);
}

/** Who has loaded the new file, in one sentence. */
export function loadTestWords({ loadTest: { reader, isLoaded, result } }: Pick<ExportReceipt, 'loadTest'>): string {
  return isLoaded === true
    ? `Before it got its name, ${visibleText(reader)} opened it: ${visibleText(result)}.`
    : `Not loaded by another program: ${visibleText(result)}.`;
}

/** How to load it, with the file's own name. */
export function loadWords({ load, output }: Pick<ExportReceipt, 'load' | 'output'>): string {
  return load.replaceAll(/\bFILE\b/g, visibleText(fileName(output)));
}
