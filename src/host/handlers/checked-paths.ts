import { dirname, resolve } from 'node:path';
import { filesOfTask, openTask } from '../../evaluation/index.ts';
import { isVisibleWithin, type Access } from '../files/access.ts';
import { bundledFile } from '../files/bundled-files.ts';

interface Paths {
  readonly input: string;
  readonly output?: string;
  readonly task?: string;
}

/** A request with its paths as they lead, each of which a window may name. Rejects with `NOT_ALLOWED`. */
export async function withCheckedPaths<Request extends Paths>(request: Request, access: Access): Promise<Request> {
  const input = await access.check(request.input);
  // A new file may lie beside its model, so the folder has to be open too.
  const place = await access.check(request.output ?? dirname(input));
  const output = request.output && place;
  const task = request.task === undefined ? undefined : await checkTask(request.task, access);
  return { ...request, input, ...(output !== undefined && { output }), ...(task !== undefined && { task }) };
}

/** A path that is only read: in an allowed folder, or among what came with the program, which is in none of a person's folders. */
export async function checkRead(path: string, { check }: Pick<Access, 'check'>): Promise<string> {
  const bundled = bundledFile('samples');
  return bundled !== undefined && isVisibleWithin(bundled, resolve(path)) ? resolve(path) : check(path);
}

/** A task file that a window may name, and with it every file that it names, which lie in `dataFolder` or beside it. */
export async function checkTask(path: string, access: Pick<Access, 'check'>, dataFolder?: string): Promise<string> {
  const file = await checkRead(path, access);
  const { task } = await openTask(file);
  for (const named of filesOfTask(task)) await checkRead(resolve(dataFolder ?? dirname(file), named), access);
  return file;
}
