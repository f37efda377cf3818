import { HostError, type HostErrorData } from '../contract/errors.ts';
import { toErrorData } from '../engine/index.ts';

/** Whatever was thrown, as data that may cross to a window. `doing` is told to people behind "while". */
export function toFailure(thrown: unknown, doing?: string): HostErrorData {
  if (thrown instanceof HostError) return { code: thrown.code, message: thrown.message };
  const { code, message } = toErrorData(thrown, doing);
  return { code, message };
}
