import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type DragEvent } from 'react';
import { useConnection } from '../../host/connection.tsx';
import { placeOf } from '../../host/incoming-file.ts';
import { visibleText } from '../../text/visible.ts';
import { FolderList } from './FolderList.tsx';
import classes from './PathField.module.css';

interface PathFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly kind?: 'file' | 'folder';
  readonly onChange: (path: string) => void;
}

/** A path that is written, dropped, or chosen by the system's dialog or, where there is none, from the allowed folders. */
export function PathField({ label, description, value, kind = 'file', onChange }: PathFieldProps) {
  const { host, native } = useConnection();
  const [isOpen, setOpen] = useState(false);
  const [folder, setFolder] = useState<string>();
  const [unknown, setUnknown] = useState<string>();
  const choose = (path: string) => {
    setUnknown(undefined);
    setOpen(false);
    onChange(path);
  };
  const pick = async () => {
    if (native === undefined) {
      setOpen(true);
      return;
    }
    const path = await native.pick(kind);
    if (path !== undefined) choose(path);
  };
  const drop = async (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    event.preventDefault();
    const path = await placeOf({ host, native }, file);
    if (path === undefined) setUnknown(file.name);
    else choose(path);
  };
  return (
    <div className={classes.field} onDragOver={(event) => event.preventDefault()} onDrop={(event) => void drop(event)}>
      <TextInput
        className={classes.text}
        label={label}
        description={description}
        value={value}
        error={
          unknown !== undefined &&
          `“${visibleText(unknown)}” lies in none of the folders that Featherweight was opened for.`
        }
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <Button variant="default" aria-label={`Choose: ${label}`} onClick={() => void pick()}>
        Choose
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={label}
        size="lg"
        // Locking the scroll would write a style sheet, which the content policy refuses.
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {isOpen && (
          <>
            {kind === 'folder' && folder !== undefined && (
              <Button mb={8} onClick={() => choose(folder)}>
                Take this folder
              </Button>
            )}
            <FolderList path={folder} onOpen={setFolder} onChoose={kind === 'file' ? choose : () => undefined} />
          </>
        )}
      </Modal>
    </div>
  );
}
