import { IconFile } from '../../components/icons.ts';
import { fileName, visibleText } from '../../text/visible.ts';
import classes from './DragOut.module.css';

interface DragOutProps {
  readonly path: string;
  readonly start: (path: string) => void;
}

/** The finished file, to be dragged into another program. “Show in its folder” beside it does the same by a click. */
export function DragOut({ path, start }: DragOutProps) {
  return (
    <span
      className={classes.file}
      draggable
      title="Drag the file from here"
      onDragStart={(event) => {
        event.preventDefault();
        start(path);
      }}
    >
      <IconFile size={16} stroke={1.5} aria-hidden />
      {visibleText(fileName(path))}
    </span>
  );
}
