import type { ErrorCode } from '../engine/errors.ts';

/**
 * Why a call or a job failed: an engine's reason, a path outside the allowed folders, a message of the wrong shape, or a host that
 * is gone or was started again and knows this window no more.
 */
export type HostErrorCode = ErrorCode | 'NOT_ALLOWED' | 'BAD_INPUT' | 'DISCONNECTED';

/** A failure as data; no stack and no class crosses a border. */
export interface HostErrorData {
  readonly code: HostErrorCode;
  readonly message: string;
}

/** What every `Host.call` rejects with, whatever lies between caller and host. */
export class HostError extends Error {
  readonly code: HostErrorCode;

  constructor({ code, message }: HostErrorData) {
    super(message);
    this.name = 'HostError';
    this.code = code;
  }
}

/** A failure's data; whatever is not a {@link HostError} keeps its message and becomes `INTERNAL`. */
export function toHostErrorData(thrown: unknown): HostErrorData {
  if (thrown instanceof HostError) return { code: thrown.code, message: thrown.message };
  return { code: 'INTERNAL', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
