import type { Receipt } from '../../../contract/jobs.ts';
import { countedText, countText } from '../../text/amounts.ts';

/** One rung of the ladder of proof. */
export interface Rung {
  readonly title: string;
  readonly isProved: boolean;
  readonly words: string;
  readonly sha256?: string;
}

/** The finding of a job in one sentence. */
export function findingWords({ command, bytesIn, bytesOut, tensors, approximation }: Receipt): string {
  const counted = tensors === 0 ? '' : ` in ${countedText(tensors, 'tensor')}`;
  switch (command) {
    case 'compress':
      if (approximation !== undefined) return approximateWords(approximation);
      return `Proved: all ${countText(bytesIn)} bytes${counted} come back the same.`;
    case 'verify':
      return 'Verified: the archive is whole.';
    case 'restore':
      return `Restored: all ${countText(bytesOut)} bytes are those of the original.`;
  }
}

function approximateWords({ tensors, kept, bitsPerWeight }: NonNullable<Receipt['approximation']>): string {
  const bits = `${bitsPerWeight.toFixed(2)} bits a weight`;
  return `${countedText(tensors, 'tensor')} approximated at ~ ${bits}, ${countText(kept)} kept exactly. Proved: the archive gives back these weights. What they do to answers is not measured by that.`;
}

/** The five rungs, whether climbed or not, each in words. `bytes` is the proof of compressing: every block, compared. */
export function proofLadder({ command, proved, sha256, files, approximation }: Receipt): readonly Rung[] {
  const has = (...names: readonly string[]) => names.some((name) => proved.includes(name));
  const isCompared = has('bytes', 'approximation');
  const isWhole = has('bytes', 'files', 'approximation');
  const target = approximation === undefined ? 'the original' : 'what it was approximated to';
  const given =
    command === 'verify' ? 'Verify again with it to climb this rung.' : 'Paste it below to climb this rung.';
  return [
    {
      title: 'Every block is whole',
      isProved: isCompared || has('files', 'checksums'),
      words: isCompared
        ? `Each was read back from the archive, decoded, and compared with ${target} byte for byte.`
        : 'The checksum of each block is right.',
    },
    {
      title: 'Every tensor is equal',
      isProved: isCompared || has('files', 'tensors'),
      words: 'Each decodes to the sha256 that was recorded for it.',
    },
    {
      title: files.length > 1 ? `All ${files.length} files are equal` : 'The whole file is equal',
      isProved: isWhole,
      words: has('original')
        ? 'The original was read again, and is the same.'
        : approximation === undefined
          ? 'It comes back with the sha256 of its original.'
          : 'With its new weights, it comes back with this sha256.',
      ...(isWhole ? { sha256 } : {}),
    },
    {
      title: 'It is the published file',
      isProved: has('published-sha256'),
      words: has('published-sha256')
        ? 'The sha256 is the one that you gave.'
        : `No published sha256 was given. ${given}`,
    },
    {
      title: 'Another reader agrees',
      isProved: false,
      words: 'Not checked here: that takes a program which is not ours.',
    },
  ];
}

/** What came after the proof. */
export function nameWords({ command }: Receipt): string | undefined {
  if (command === 'verify') return undefined;
  return command === 'compress'
    ? 'Only then did the archive get its name.'
    : 'Only then did the files get their names.';
}
