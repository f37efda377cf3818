import { basename } from 'node:path';
import type { InputFile } from '../models/inputs.ts';
import type { ExportJob } from './export.ts';
import { streamed } from './streamed.ts';

/**
 * Copies the files that go with the weights (licence, read-me, configuration, tokenizer) into an output that is a folder;
 * their names. Into a single file nothing can be copied, which is told.
 */
export async function carrySideFiles(job: ExportJob, isSide: (file: InputFile) => boolean): Promise<readonly string[]> {
  const { inputs, stage, signal } = job;
  const sides = inputs.files.filter(isSide);
  if (stage.mainName !== undefined) {
    if (sides.length > 0)
      job.notice(`Not copied, since the output is one file: ${sides.map(({ name }) => basename(name)).join(', ')}.`);
    return [];
  }
  for (const { name, source } of sides) await stage.write(name, streamed(source, signal), signal);
  return sides.map(({ name }) => name);
}
