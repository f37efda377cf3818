import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { isArchiveHead } from '../../engine/archive/frame.ts';
import { isArchive } from '../../engine/archive/is-archive.ts';
import { claim } from '../../engine/io/claim.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { withSuffix } from '../../engine/io/long-name.ts';
import { isLeftover, OutputFile } from '../../engine/io/output-file.ts';
import { removeAbandoned } from '../../engine/io/own-folder.ts';
import { openModel } from '../../engine/models/index.ts';
import { archivePath } from '../../engine/pipeline/approximate/name.ts';
import { refuseBase } from '../../engine/pipeline/bases/bases.ts';
import { inspect } from '../../engine/pipeline/inspect.ts';
import type { FitRequest } from './request.ts';

type Place = Pick<FitRequest, 'input' | 'output'>;

const unfinished = { suffix: '.partial', isOurs: isArchiveHead };

/** The output, which may be none of the files of the model that was named, even where that is an archive, and no base of it. */
export async function openOutput(
  { overwrite = false, ...request }: Place & Pick<FitRequest, 'overwrite'>,
  signal: AbortSignal,
): Promise<OutputFile> {
  const { input } = request;
  const path = placeOf(request);
  if (await isArchive(input)) await refuseBase(path, (await inspect({ path: input })).bases ?? [], signal);
  const { files } = await openModel(resolve(input));
  await using sources = new AsyncDisposableStack();
  const inputs = [];
  for (const { path } of files) inputs.push(sources.use(await FileSource.open(path)).identity);
  return await OutputFile.create(path, { overwrite, inputs, unfinished });
}

/**
 * Removes what a killed fit left unfinished, beside its output and in the temporary folder; all that was learned stays. Throws
 * `UsageError` where another run is at work on it, or it is not ours.
 */
export async function discardFit(request: Place): Promise<void> {
  await removeAbandoned(tmpdir());
  const path = placeOf(request);
  await using owned = new AsyncDisposableStack();
  owned.use(await claim(path));
  const left = withSuffix(path, unfinished.suffix);
  if (await isLeftover(left, unfinished.isOurs, [])) await rm(left, { force: true });
}

function placeOf({ input, output }: Place): string {
  return output ?? archivePath(resolve(input), { default: { method: 'fit' } });
}
