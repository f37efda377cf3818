import { stat } from 'node:fs/promises';
import { tellingBytes, isArchiveHead } from './frame.ts';
import { FileSource } from '../io/file-source.ts';

/** Whether a path is an archive of ours, by its first bytes. */
export async function isArchive(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false;
  await using source = await FileSource.open(path);
  const head = new Uint8Array(Math.min(tellingBytes, source.size));
  await source.read(0, head);
  return isArchiveHead(head);
}
