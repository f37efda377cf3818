import type { HostErrorCode } from '../../contract/errors.ts';

export interface FailureWords {
  readonly title: string;
  readonly safe: string;
  readonly next: string;
}

const untouched = 'Your original is untouched, and no unfinished file was given a final name.';
const words: Readonly<Record<HostErrorCode, FailureWords>> = {
  USAGE: {
    title: 'This cannot be done as asked',
    safe: 'Nothing was changed.',
    next: 'Change what the message names and start again.',
  },
  UNSUPPORTED: {
    title: 'Featherweight does not know this yet',
    safe: untouched,
    next: 'Store the file exactly as it is, or use a newer version.',
  },
  MALFORMED: {
    title: 'The file breaks the rules of its format',
    safe: untouched,
    next: 'Download it again if it came from somewhere else. It can still be stored exactly, as bytes.',
  },
  DAMAGED: {
    title: 'The archive is damaged',
    safe: 'Nothing was restored under a final name, and the archive was not changed.',
    next: 'Take another copy of the archive. Keep this one until you have a good one.',
  },
  DIFFERENT: {
    title: 'The two are not the same',
    safe: 'Neither was changed.',
    next: 'Check that you compare the right files before you delete either.',
  },
  CHANGED: {
    title: 'The original changed while it was read',
    safe: 'It was only read, and no archive was given a final name.',
    next: 'Wait until whatever writes it is done, and start again.',
  },
  NOT_FOUND: {
    title: 'The file is not there any more',
    safe: 'Nothing was changed.',
    next: 'It may have been moved, renamed or be on a drive that is not connected.',
  },
  FOLDER_MISSING: {
    title: 'The folder to write into is not there',
    safe: 'Your original is untouched, and nothing was written.',
    next: 'Choose another place. Or make the folder again, or connect the drive that it is on, and start again.',
  },
  BASE_MISSING: {
    title: 'Another model is needed for this',
    safe: 'Nothing was changed, and no unfinished file was given a final name.',
    next: 'Put it or its archive beside this one, or open the archive and say where it is.',
  },
  IO: {
    title: 'The disk could not be read or written',
    safe: untouched,
    next: 'Check that the drive is connected and that you may read and write there, and start again.',
  },
  DISK_FULL: {
    title: 'There is not enough room',
    safe: untouched,
    next: 'Free some space, or choose a place on another drive, and start again.',
  },
  CANCELLED: {
    title: 'You stopped this',
    safe: untouched,
    next: 'Start again whenever you like.',
  },
  NOT_ALLOWED: {
    title: 'This place is closed to Featherweight',
    safe: 'Nothing was read or changed.',
    next: 'Open the file by dropping or choosing it, or start Featherweight in its folder.',
  },
  BAD_INPUT: {
    title: 'The request was not understood',
    safe: 'Nothing was changed.',
    next: 'Reload the window. If it comes back, please report it with the details.',
  },
  DISCONNECTED: {
    title: 'The connection to Featherweight is lost',
    safe: 'Your files are untouched.',
    next: 'Start Featherweight again if it has ended, and open the link that it prints.',
  },
  INTERNAL: {
    title: 'Something went wrong inside Featherweight',
    safe: untouched,
    next: 'Please report it with the details, and start again.',
  },
};

/** What happened, what is safe, and what to do, for a failure's code; a code that is not known counts as internal. */
export function failureWords(code: string): FailureWords {
  return Object.hasOwn(words, code) ? words[code as HostErrorCode] : words.INTERNAL;
}

/** Whether what failed would go on if what is in its place were replaced; a fit, for one, fails for many other reasons of the same code. */
export function isPlaceTaken({ code, message }: { readonly code?: string; readonly message: string }): boolean {
  return code === 'USAGE' && message.includes('exists already');
}
