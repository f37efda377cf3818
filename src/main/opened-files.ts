import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';

/**
 * The files that a command line names, as full paths. `words` are those of the process, the program first; switches of
 * Chromium, what is not there, and the application's own folder (named when it is started from a checkout) are left out.
 */
export function namedFiles(words: readonly string[], workingFolder: string, ownFolder: string): readonly string[] {
  return words
    .slice(1)
    .filter((word) => word !== '' && !word.startsWith('-'))
    .map((word) => (isAbsolute(word) ? word : resolve(workingFolder, word)))
    .filter((path) => path !== resolve(ownFolder) && existsSync(path));
}

/** What is told of a file that was opened from outside of the window. */
export interface OpeningDesktop {
  /** Allows a folder, and all in it, to be read and written. */
  grant(folder: string): Promise<void>;
  /** Adds it to the system's list of recent documents. */
  remember(path: string): void;
  /** Shows it in the window. */
  show(path: string): void;
}

/** Opens files from outside, the last one on top: a person has chosen them in the system, which allows their folders. */
export async function openFiles(paths: readonly string[], { grant, remember, show }: OpeningDesktop): Promise<void> {
  for (const path of paths) {
    await grant(dirname(path));
    remember(path);
    show(path);
  }
}

/** Shows files in a window that may not listen yet, as at a start by a double click or after its page was loaded again. */
export interface OpenedFiles {
  show(path: string): void;
  /** The files that waited; from now on they are told at once. */
  listen(): readonly string[];
  /** The window has no page that listens, until one calls `listen`. */
  deafen(): void;
}

export function openedFiles(tell: (path: string) => void): OpenedFiles {
  const waiting: string[] = [];
  let isHeard = false;
  return {
    show: (path) => (isHeard ? tell(path) : void waiting.push(path)),
    listen() {
      isHeard = true;
      return waiting.splice(0);
    },
    deafen() {
      isHeard = false;
    },
  };
}
