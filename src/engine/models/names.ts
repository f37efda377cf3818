import { DamagedArchiveError } from '../errors.ts';
import { shown } from '../formats/json-reader.ts';
import { limits } from '../limits.ts';

const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;
// Control characters, those that turn the writing direction, and what Windows forbids (the colon also makes drives, URLs and streams).
const characters = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069<>:"|?*\\]/u;

/**
 * Why `name` may not become a file below a folder on every system, or `undefined` if it may. Names in indexes, models and
 * archives are written by strangers: `..`, absolute paths, drives, URLs, devices and hidden characters end here.
 */
export function unsafeNameReason(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (!name.isWellFormed()) return 'it has half a surrogate pair';
  if (Buffer.byteLength(name) > limits.pathBytes) return `it is longer than ${limits.pathBytes} bytes`;
  const [character] = characters.exec(name) ?? [];
  if (character !== undefined) return `it has the character ${shown(character)}`;
  if (name.startsWith('/')) return 'it is absolute';
  for (const part of name.split('/')) {
    if (part === '') return 'it has an empty part';
    if (part === '.' || part === '..') return `it has the part "${part}"`;
    if (part.endsWith('.') || part.endsWith(' ')) return `the part ${shown(part)} ends with a dot or a space`;
    if (devices.test(part)) return `the part ${shown(part)} is a device of Windows`;
    if (Buffer.byteLength(part) > limits.nameBytes) return `a part of it is longer than ${limits.nameBytes} bytes`;
  }
  return undefined;
}

/** Two names with the same key are one file on some systems, which ignore case or how accents are composed. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toUpperCase();
}

/** Returns `name` if a file may be restored under it; throws DamagedArchiveError otherwise. */
export function safeArchiveName(name: string): string {
  const reason = unsafeNameReason(name);
  if (reason !== undefined)
    throw new DamagedArchiveError(`The archive holds a file called ${shown(name)}, which is not restored: ${reason}.`, {
      name: shown(name),
    });
  return name;
}

/**
 * Checks the names of all files that an archive restores into one folder: each safe, no two of them one file, none of them
 * the folder of another. Throws DamagedArchiveError.
 */
export function safeArchiveNames(names: readonly string[]): readonly string[] {
  const files = new Map<string, string>();
  for (const name of names) {
    const key = nameKey(safeArchiveName(name));
    const other = files.get(key);
    if (other !== undefined)
      throw new DamagedArchiveError(
        `The archive holds ${shown(other)} and ${shown(name)}, which are one file on some systems.`,
      );
    files.set(key, name);
  }
  for (const key of files.keys())
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      const other = files.get(key.slice(0, slash));
      if (other !== undefined)
        throw new DamagedArchiveError(`The archive holds ${shown(other)} both as a file and as a folder.`);
    }
  return names;
}

/** The nearest safe name for a file that a person named, which may be called what its own system allows. */
export function archiveNameFor(fileName: string): string {
  const plain = Array.from(fileName.toWellFormed(), (character) => (characters.test(character) ? '_' : character));
  const name = plain
    .join('')
    .replaceAll('/', '_')
    .replace(/[. ]+$/, '_');
  if (unsafeNameReason(name) === undefined) return name;
  const prefixed = `_${name}`;
  return unsafeNameReason(prefixed) === undefined ? prefixed : 'file';
}
