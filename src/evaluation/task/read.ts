import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MalformedFileError, toFeatherweightError, UsageError } from '../../engine/errors.ts';
import { schemaWords } from '../../engine/schema-words.ts';
import { taskSchema, type Task } from './schema.ts';

/** A checked task file and the folder that its paths are relative to. */
export interface OpenTask {
  readonly path: string;
  readonly task: Task;
  readonly folder: string;
  /** Of the task file itself. */
  readonly sha256: string;
}

/** Task files are written by hand. */
const mostTaskBytes = 1_000_000;

/**
 * Reads a task file. Paths in it are relative to `dataFolder`, or to the folder of the task file. Throws NOT_FOUND, or
 * MALFORMED naming the field, what was found and what is allowed.
 */
export async function openTask(path: string, dataFolder?: string): Promise<OpenTask> {
  const absolute = resolve(path);
  try {
    const found = await stat(absolute);
    if (!found.isFile()) throw new UsageError(`"${path}" is no file; a task is a file of JSON.`, { path });
    const { size } = found;
    if (size > mostTaskBytes)
      throw new MalformedFileError(
        `"${path}" has ${size} bytes; a task file is JSON of at most ${mostTaskBytes} bytes.`,
        { file: path },
      );
    const text = await readFile(absolute, 'utf8');
    const { success, data, error } = taskSchema.safeParse(parseJson(text, path), { error: schemaWords });
    if (!success)
      throw new MalformedFileError(
        `The task file "${path}" is not one: ${error.issues.map(({ path: place, message }) => `${place.join('.') || 'the file'}: ${message}`).join('; ')}.`,
        { file: path },
      );
    const folder = dataFolder === undefined ? dirname(absolute) : resolve(dataFolder);
    return { path: absolute, task: data, folder, sha256: createHash('sha256').update(text).digest('hex') };
  } catch (thrown) {
    throw toFeatherweightError(thrown, 'reading the task file');
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedFileError(`"${path}" is not JSON: ${error instanceof Error ? error.message : ''}`, {
      file: path,
    });
  }
}
