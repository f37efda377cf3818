import { readFile } from 'node:fs/promises';
import { MalformedFileError, UsageError } from '../../engine/errors.ts';
import { taskPath } from '../task/path.ts';
import type { TargetSpec } from '../task/schema.ts';
import { wholeField } from './index-file.ts';
import { openNumbers } from './numbers.ts';
import type { SourceItem } from './source.ts';
import { countOf } from './tensor.ts';

/** What an answer should be: numbers (a class, labels of rows, a picture) or a text. */
export type Target = { readonly numbers: Float64Array } | { readonly text: string };

/** Tells the target of each frame of an item; nothing where the frame is not counted. */
export interface Targets extends AsyncDisposable {
  of(place: number, item: SourceItem): Promise<(frame: number) => Target | undefined>;
}

const nothingOpen = { [Symbol.asyncDispose]: () => Promise.resolve() };

/** Opens the targets of a task; throws as reading its files does. */
export async function openTargets(spec: TargetSpec | undefined, folder: string): Promise<Targets> {
  switch (spec?.from) {
    case undefined:
      return { of: () => Promise.resolve(() => undefined), ...nothingOpen };
    case 'arrays':
      return openArrayTargets(spec, folder);
    case 'index':
      return {
        of(place, { entry }) {
          const value = entry?.[spec.field];
          if (typeof value !== 'string' && typeof value !== 'number')
            throw new MalformedFileError(`Item ${place + 1} of the index has no "${spec.field}".`);
          return Promise.resolve(() =>
            typeof value === 'string' ? { text: value } : { numbers: Float64Array.of(value) },
          );
        },
        ...nothingOpen,
      };
    case 'folders': {
      const classes = spec.classes === undefined ? undefined : await readLines(taskPath(folder, spec.classes));
      return { of: (_, { folder: name }) => Promise.resolve(() => classOf(name, classes)), ...nothingOpen };
    }
    case 'lines': {
      const lines = await readLines(taskPath(folder, spec.file));
      return {
        of(place) {
          const text = lines[place];
          if (text === undefined)
            throw new MalformedFileError(`"${spec.file}" has ${lines.length} lines, and none for item ${place + 1}.`);
          return Promise.resolve(() => ({ text }));
        },
        ...nothingOpen,
      };
    }
    case 'next-token':
      return {
        of(_, { next }) {
          if (next === undefined) throw new UsageError('Only inputs from "tokens" have a next token.');
          return Promise.resolve(() => ({ numbers: next }));
        },
        ...nothingOpen,
      };
  }
}

async function openArrayTargets(spec: Extract<TargetSpec, { from: 'arrays' }>, folder: string): Promise<Targets> {
  const numbers = await openNumbers(taskPath(folder, spec.data.file), spec.data);
  const each = countOf(spec.shape);
  const ignored = new Set(spec.ignore);
  return {
    async of(place, { entry, frames }) {
      const { offset } = spec;
      const start = entry === undefined || offset === undefined ? place * frames * each : wholeField(entry, offset, 0);
      const all = await numbers.read(start, frames * each);
      return (frame) => {
        const own = all.subarray(frame * each, (frame + 1) * each);
        return each === 1 && ignored.has(own[0] ?? NaN) ? undefined : { numbers: own };
      };
    },
    [Symbol.asyncDispose]: () => numbers[Symbol.asyncDispose](),
  };
}

/** The class of a folder: its place among `classes`, else the number that it is called by. */
function classOf(name: string | undefined, classes: readonly string[] | undefined): Target {
  const last = name?.split('/').at(-1) ?? '';
  const place = classes === undefined ? (/^\d+$/.test(last) ? Number(last) : -1) : classes.indexOf(last);
  if (place < 0)
    throw new UsageError(
      classes === undefined
        ? `The folder "${last}" is no class number; name the classes in a file ("classes").`
        : `The folder "${last}" is none of the ${classes.length} classes.`,
    );
  return { numbers: Float64Array.of(place) };
}

/** Lines of a text file without their ends; the last one may have none. */
export async function readLines(path: string): Promise<readonly string[]> {
  return (await readFile(path, 'utf8')).replaceAll('\r', '').replace(/\n$/, '').split('\n');
}
