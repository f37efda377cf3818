import type { ErrorCode } from '../engine/index.ts';

/** What a process of this program ends with; scripts rely on these numbers. */
export const exitCodes = {
  done: 0,
  different: 1,
  usage: 2,
  invalidInput: 3,
  inputOutput: 4,
  internal: 70,
  cancelled: 130,
} as const;

const byErrorCode = {
  DAMAGED: exitCodes.different,
  DIFFERENT: exitCodes.different,
  CHANGED: exitCodes.different,
  USAGE: exitCodes.usage,
  MALFORMED: exitCodes.invalidInput,
  NOT_FOUND: exitCodes.invalidInput,
  BASE_MISSING: exitCodes.invalidInput,
  FOLDER_MISSING: exitCodes.invalidInput,
  UNSUPPORTED: exitCodes.invalidInput,
  IO: exitCodes.inputOutput,
  DISK_FULL: exitCodes.inputOutput,
  CANCELLED: exitCodes.cancelled,
  INTERNAL: exitCodes.internal,
} as const satisfies Record<ErrorCode, number>;

/** The exit code of a failure. */
export function exitCodeOf(code: ErrorCode): number {
  return byErrorCode[code];
}
