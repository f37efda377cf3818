import { basename } from 'node:path';

const longest = 200;
/** Control characters, separators, what Windows refuses, and the marks that turn the reading direction. */
const refused = /[\p{Cc}\p{Cf}/\\:*?"<>|]/gu;
const windowsDevice = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A name that is one plain, visible file name on every system, as near to what a browser sent as may be. */
export function safeFileName(sent: string): string {
  const name = basename(sent.replaceAll('\\', '/'))
    .normalize('NFC')
    .replace(refused, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const start = windowsDevice.test(name) ? `_${name}` : name;
  return shorten(start) || 'model';
}

/** Shortens the front and keeps the end, since the end tells the format. */
function shorten(name: string): string {
  const units = Array.from(name);
  let kept = name;
  while (Buffer.byteLength(kept) > longest) {
    units.shift();
    kept = units.join('');
  }
  return kept;
}
