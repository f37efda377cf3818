import { IconFileArrowRight } from '../../components/icons.ts';
import { useRef, useState, type DragEvent } from 'react';
import classes from './Home.module.css';

interface DropAreaProps {
  readonly onFiles: (files: readonly File[]) => Promise<void>;
  /** The system's dialog, where there is one; else the browser's own is used. */
  readonly onPick: (() => Promise<void>) | undefined;
}

/** A button that files can also be dropped on, so that nobody needs to drag. */
export function DropArea({ onFiles, onPick }: DropAreaProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);

  const take = (files: FileList | null) => {
    if (files !== null && files.length > 0) void onFiles([...files]);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <>
      <button
        type="button"
        className={classes.drop}
        data-over={isOver || undefined}
        onClick={() => (onPick === undefined ? input.current?.click() : void onPick())}
        onDragOver={over}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileArrowRight size={32} stroke={1.25} aria-hidden />
        <span className={classes.call}>Drop a model here, or choose a file</span>
        <span className={classes.quiet}>
          safetensors, ONNX, GGUF, PyTorch or any other file; a .fwz archive to restore
        </span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Model file"
        onChange={({ currentTarget }) => {
          take(currentTarget.files);
          currentTarget.value = '';
        }}
      />
    </>
  );
}
