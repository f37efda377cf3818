/**
 * Every failure that the engine names. `code` is stable and is what shells map to exit codes and words; `message` says
 * what happened, where, what was found and what is allowed. A bad file (`MALFORMED`, `DAMAGED`) is permanent; bad luck
 * (`IO`, `DISK_FULL`) may pass.
 */
export type ErrorCode =
  | 'USAGE'
  | 'UNSUPPORTED'
  | 'MALFORMED'
  | 'DAMAGED'
  | 'DIFFERENT'
  | 'CHANGED'
  | 'NOT_FOUND'
  | 'BASE_MISSING'
  | 'FOLDER_MISSING'
  | 'IO'
  | 'DISK_FULL'
  | 'CANCELLED'
  | 'INTERNAL';

export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** An engine failure with a stable code and the facts it was made from. */
export class FeatherweightError extends Error {
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, message: string, options: { readonly facts?: Facts; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FeatherweightError';
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** The request makes no sense: missing input, output equal to input, an option out of range. */
export class UsageError extends FeatherweightError {
  constructor(message: string, facts: Facts = {}) {
    super('USAGE', message, { facts });
  }
}

/** A codec was given a stream that its `accepts` refuses. */
export class UnsupportedInputError extends FeatherweightError {
  constructor(message: string, facts: Facts = {}) {
    super('UNSUPPORTED', message, { facts });
  }
}

/** A model file breaks the rules of its format; it can still be stored exactly, as bytes. */
export class MalformedFileError extends FeatherweightError {
  constructor(message: string, facts: Facts = {}) {
    super('MALFORMED', message, { facts });
  }
}

/** An archive's bytes are not what was written: a flipped bit, a missing end, a forged number. */
export class DamagedArchiveError extends FeatherweightError {
  constructor(message: string, facts: Facts = {}, cause?: unknown) {
    super('DAMAGED', message, { facts, cause });
  }
}

/** Two things that should be equal are not; verify and proof raise it. */
export class DifferentError extends FeatherweightError {
  constructor(message: string, facts: Facts = {}) {
    super('DIFFERENT', message, { facts });
  }
}

/** The original changed while it was read. */
export class SourceChangedError extends FeatherweightError {
  constructor(message: string, facts: Facts = {}) {
    super('CHANGED', message, { facts });
  }
}

/** The person stopped the work. */
export class CancelledError extends FeatherweightError {
  constructor(message = 'Stopped. Nothing was given a final name; the original is untouched.') {
    super('CANCELLED', message);
  }
}

/** What systems say in terms of their calls. */
const inWords: Readonly<Record<string, (place: string) => string>> = {
  ENOTDIR: (place) => `${place} is no folder, or lies in something that is none`,
  EISDIR: (place) => `${place} is a folder, where a file is expected`,
  EACCES: (place) => `${place} is closed: its permissions, or those of a folder that it lies in, do not allow this`,
  EPERM: (place) => `${place} is closed: the system does not allow this`,
  EROFS: (place) => `${place} lies on a drive that can only be read`,
  ENAMETOOLONG: (place) => `${place} is longer than a name may be there`,
  ELOOP: (place) => `${place} is a link that leads to itself, or lies behind one`,
};

/**
 * Turns whatever was thrown into an engine failure; operating-system errors keep their code as a fact. `doing` is told to people
 * behind "while"; nothing is said where it is not given.
 */
export function toFeatherweightError(thrown: unknown, doing?: string): FeatherweightError {
  if (thrown instanceof FeatherweightError) return thrown;
  if (thrown instanceof Error) {
    const { code: systemCode, path, name } = thrown as NodeJS.ErrnoException;
    if (name === 'AbortError') return new CancelledError();
    if (systemCode !== undefined && /^E[A-Z0-9]+$/.test(systemCode)) {
      const facts = { systemCode, path };
      const place = path === undefined ? '' : ` "${path}"`;
      const during = doing === undefined ? '' : `while ${doing}`;
      if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT' || systemCode === 'EFBIG')
        return new FeatherweightError(
          'DISK_FULL',
          `The disk is full (${[systemCode, `${during}${place}`.trim()].filter(Boolean).join(', ')}). Nothing was left under a final name and the original is untouched. Free some space, or choose another place, and start again.`,
          {
            facts,
            cause: thrown,
          },
        );
      if (systemCode === 'ENOENT')
        return new FeatherweightError('NOT_FOUND', `No such file or folder${place}.`, { facts, cause: thrown });
      const words = inWords[systemCode]?.(path === undefined ? 'A path' : `"${path}"`);
      const message = [words ?? thrown.message, during && `(${during})`].filter(Boolean).join(' ');
      return new FeatherweightError('IO', message, { facts, cause: thrown });
    }
    return new FeatherweightError('INTERNAL', thrown.message, { cause: thrown });
  }
  return new FeatherweightError('INTERNAL', String(thrown));
}

/** An error as data, for events, IPC and JSON lines. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: Facts;
}

export function toErrorData(thrown: unknown, doing?: string): ErrorData {
  const { code, message, facts } = toFeatherweightError(thrown, doing);
  return { code, message, facts };
}

/** The inverse of {@link toErrorData}, at the receiving end of a message. */
export function fromErrorData({ code, message, facts }: ErrorData): FeatherweightError {
  return new FeatherweightError(code, message, { facts });
}
