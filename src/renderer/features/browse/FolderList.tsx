import type { FileEntry } from '../../../contract/files.ts';
import { Failure } from '../../components/Failure.tsx';
import { IconFile, IconFolder } from '../../components/icons.ts';
import { LinkButton } from '../../components/LinkButton.tsx';
import { useFolder } from '../../host/models.ts';
import { bytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Browse.module.css';

interface FolderListProps {
  /** Undefined: the folders that the program was opened for. */
  readonly path: string | undefined;
  readonly onOpen: (folder: string | undefined) => void;
  readonly onChoose: (file: string) => void;
}

/** A folder's entries as buttons: folders open, files are chosen. */
export function FolderList({ path, onOpen, onChoose }: FolderListProps) {
  const { data, error } = useFolder(path);
  const act = ({ kind, path: place }: FileEntry) => (kind === 'folder' ? onOpen(place) : onChoose(place));
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return null;
  return (
    <>
      <ul className={classes.list} aria-label="Files and folders">
        {path !== undefined && (
          <li className={classes.entry}>
            <IconFolder size={16} stroke={1.5} aria-hidden />
            <LinkButton onClick={() => onOpen(data.parent)}>Up</LinkButton>
          </li>
        )}
        {data.entries.map((entry) => {
          const Icon = entry.kind === 'folder' ? IconFolder : IconFile;
          return (
            <li key={entry.path} className={classes.entry}>
              <Icon size={16} stroke={1.5} aria-hidden />
              <span className={classes.name}>
                <LinkButton onClick={() => act(entry)}>{visibleText(entry.name)}</LinkButton>
              </span>
              {entry.kind === 'file' && bytesText(entry.bytes)}
            </li>
          );
        })}
      </ul>
      {data.entries.length === 0 && <p>This folder is empty.</p>}
      {data.truncated && <p>Only the first thousand entries are shown.</p>}
    </>
  );
}
