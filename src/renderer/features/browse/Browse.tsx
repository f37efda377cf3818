import { IconFile, IconFolder } from '../../components/icons.ts';
import { Link } from 'wouter';
import type { FileEntry } from '../../../contract/files.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useFolder } from '../../host/models.ts';
import { browseLink, modelLink } from '../../text/links.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Browse.module.css';

/** The folders that the program was opened for, where there is no dialog of the system. */
export function Browse({ path }: { readonly path: string | undefined }) {
  const { data, error } = useFolder(path);
  return (
    <Screen title="Open from a folder" path={data?.path}>
      {error && <Failure error={error} />}
      {data !== undefined && (
        <ul className={classes.list}>
          {path !== undefined && (
            <li>
              <Link href={data.parent === undefined ? '/browse' : browseLink(data.parent)} className={classes.entry}>
                <IconFolder size={16} stroke={1.5} aria-hidden />
                Up
              </Link>
            </li>
          )}
          {data.entries.map((entry) => (
            <li key={entry.path}>
              <Entry entry={entry} />
            </li>
          ))}
        </ul>
      )}
      {data?.entries.length === 0 && <p>This folder is empty.</p>}
      {data?.truncated && <p>Only the first thousand entries are shown.</p>}
      {path !== undefined && data !== undefined && (
        <p>
          <Link href={modelLink(data.path)}>Open this folder as one model</Link>
        </p>
      )}
    </Screen>
  );
}

function Entry({ entry: { name, path, kind, bytes } }: { readonly entry: FileEntry }) {
  const isFolder = kind === 'folder';
  const Icon = isFolder ? IconFolder : IconFile;
  return (
    <Link href={isFolder ? browseLink(path) : modelLink(path)} className={classes.entry}>
      <Icon size={16} stroke={1.5} aria-hidden />
      <span className={classes.name}>{visibleText(name)}</span>
      {!isFolder && <Bytes value={bytes} />}
    </Link>
  );
}
