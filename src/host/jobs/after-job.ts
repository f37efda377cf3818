import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Job } from '../../contract/jobs.ts';
import type { Replacement } from '../../contract/originals.ts';
import type { Settings } from '../../contract/settings.ts';
import { writeOutput } from '../../engine/index.ts';

export interface AfterJob {
  readonly settings: () => Settings;
  /** Moves the original of a run to the trash. */
  readonly replace: (run: string) => Promise<Replacement> | Replacement;
}

/**
 * What the settings ask for once an archive is proved: a receipt beside it, and its original in the trash. Only exact
 * archives replace anything. Returns what could not be done; the archive stands in any case.
 */
export async function afterJob({ id, receipt }: Job, { settings, replace }: AfterJob): Promise<readonly string[]> {
  const { receiptBesideFile, afterVerify } = settings();
  if (receipt?.command !== 'compress' || receipt.output === undefined) return [];
  const problems: string[] = [];
  const path = `${receipt.output}.receipt.json`;
  if (receiptBesideFile)
    await writeReceipt(path, receipt).catch((error: unknown) => {
      problems.push(`The receipt "${path}" could not be written (${String(error)}); it is in the history.`);
    });
  if (afterVerify === 'trash' && receipt.approximation === undefined)
    try {
      problems.push(...(await replace(id)).problems);
    } catch (error) {
      problems.push(`The original could not be moved to the trash (${String(error)}); it is kept.`);
    }
  return problems;
}

type Receipt = NonNullable<Job['receipt']>;

/** Replaces the receipt of an earlier archive of that name, and nothing else. */
async function writeReceipt(path: string, receipt: Receipt): Promise<void> {
  if (!(await isFreeOrReceipt(path, receipt))) throw new Error('another file has its name');
  await writeOutput(path, `${JSON.stringify(receipt, undefined, 2)}\n`, { overwrite: true });
}

/** Far above any receipt: those list files, not tensors. */
const mostReceiptBytes = 2 ** 24;

async function isFreeOrReceipt(path: string, { command, output = '' }: Receipt): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return true;
  if (!found.isFile() || found.size > mostReceiptBytes) return false;
  try {
    const other = JSON.parse(await readFile(path, 'utf8')) as Partial<Receipt> | null;
    return other?.command === command && basename(other.output ?? '') === basename(output);
  } catch {
    return false;
  }
}
