import { dirname } from 'node:path';
import type { Access } from '../files/access.ts';

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
  const task = request.task === undefined ? undefined : await access.check(request.task);
  return { ...request, input, ...(output !== undefined && { output }), ...(task !== undefined && { task }) };
}
