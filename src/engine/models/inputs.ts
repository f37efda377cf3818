import type { FileLayout } from '../formats/format.ts';
import { FileSource } from '../io/file-source.ts';
import { OpenFiles } from '../io/open-files.ts';
import { shown } from '../formats/json-reader.ts';
import { openModel, scanModel, type Model } from './index.ts';
import { SourceChangedError, type MalformedFileError } from '../errors.ts';

/** A file of a model, open, with what is known of its tensors. */
export interface InputFile {
  /** Relative to the model's folder, with `/`. */
  readonly name: string;
  readonly source: FileSource;
  /** Absent when the file breaks the rules of its format; then it is coded as bytes. */
  readonly layout: FileLayout | undefined;
  readonly fault?: MalformedFileError;
}

export interface Inputs extends AsyncDisposable {
  readonly model: Model;
  readonly files: readonly InputFile[];
  readonly bytes: number;
  readonly notices: readonly { readonly message: string; readonly file?: string }[];
}

/**
 * Opens a model's files read-only and finds their tensors. At most `mostOpen` of them are awake at a time, those used last:
 * more than are read at once.
 */
export async function openInputs(path: string, headerBytes: number, mostOpen = Infinity): Promise<Inputs> {
  const keeper = new OpenFiles(mostOpen);
  const model = await openModel(path);
  await using opened = new AsyncDisposableStack();
  const files: InputFile[] = [];
  const notices: { message: string; file?: string }[] = model.notices.map((message) => ({ message }));
  // A fault names its file by itself; of what is merely unusual, which file it is in goes without saying only where there is one.
  const inFile = (name: string): string => (model.files.length > 1 ? `${shown(name)}: ` : '');
  for (const scanned of await scanModel(model, { headerBytes })) {
    const source = opened.use(await FileSource.open(scanned.file.path, { found: scanned.file.found, keeper }));
    const { name, size } = scanned.file;
    // Its tensors were found in another opening of the file; they are inside this one only when it is as long.
    if (source.size !== size) throw changed(source, size, source.size);
    if ('layout' in scanned) {
      files.push({ name, source, layout: scanned.layout });
      notices.push(...scanned.layout.notices.map(({ message }) => ({ message: inFile(name) + message, file: name })));
    } else {
      files.push({ name, source, layout: undefined, fault: scanned.fault });
      notices.push({ message: `${scanned.fault.message} It is stored exactly, as bytes.`, file: name });
    }
  }
  const keep = opened.move();
  return {
    model,
    files,
    bytes: files.reduce((sum, { source }) => sum + source.size, 0),
    notices,
    [Symbol.asyncDispose]: () => keep.disposeAsync(),
  };
}

/** Throws {@link SourceChangedError} when a file is not what it was when it was opened. */
export async function assertUnchanged(files: readonly Pick<InputFile, 'source'>[]): Promise<void> {
  for (const { source } of files) {
    const [before, now] = [source.identity, await source.currentIdentity()];
    if (before.size !== now.size || before.modified !== now.modified) throw changed(source, before.size, now.size);
  }
}

function changed({ name }: FileSource, sizeBefore: number, sizeNow: number): SourceChangedError {
  return new SourceChangedError(
    `"${name}" changed while it was read (size ${sizeBefore} then, ${sizeNow} now). Nothing was written under a final name; start again when nothing writes to it.`,
    { path: name, sizeBefore, sizeNow },
  );
}
