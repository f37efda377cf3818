import type { Receipt } from '../../../contract/jobs.ts';
import { countedText, countText } from '../../text/amounts.ts';

const rungs: Readonly<Record<string, string>> = {
  bytes: 'Every block was read back from the archive, decoded, and compared with the original byte for byte.',
  checksums: 'The checksum of every block is right.',
  tensors: 'Every tensor decodes to the sha256 that was recorded for it.',
  files: 'Every file comes back with the sha256 of its original.',
  original: 'The original was read again, and is the same.',
  'published-sha256': 'The sha256 is the one that you gave.',
};

/** The finding of a job in one sentence. */
export function findingWords({ command, bytesIn, bytesOut, tensors }: Receipt): string {
  const counted = tensors === 0 ? '' : ` in ${countedText(tensors, 'tensor')}`;
  switch (command) {
    case 'compress':
      return `Proved: all ${countText(bytesIn)} bytes${counted} come back the same.`;
    case 'verify':
      return 'Verified: the archive is whole.';
    case 'restore':
      return `Restored: all ${countText(bytesOut)} bytes are those of the original.`;
  }
}

/** What was proved, one rung of the ladder each. */
export function proofWords({ command, proved }: Receipt): readonly string[] {
  const climbed = proved.map((rung) => rungs[rung] ?? rung);
  switch (command) {
    case 'compress':
      return [...climbed, 'Only then did the archive get its name.'];
    case 'restore':
      return [...climbed, 'Only then did the files get their names.'];
    case 'verify':
      return climbed;
  }
}
