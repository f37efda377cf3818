import { Button } from '@mantine/core';
import { Meter } from '../../components/Meter.tsx';
import { visibleText } from '../../text/visible.ts';
import classes from './Home.module.css';

interface IncomingProps {
  readonly name: string;
  readonly share: number;
  readonly stop: () => void;
}

/** A file on its way from the browser, which hides where it lies, to the program on the same machine. */
export function Incoming({ name, share, stop }: IncomingProps) {
  return (
    <section className={classes.home} aria-label="Reading the file">
      <p role="status">Reading “{visibleText(name)}” from the browser. The copy stays on this machine.</p>
      <Meter share={share} label="Read" />
      <div>
        <Button variant="default" onClick={stop}>
          Stop
        </Button>
      </div>
    </section>
  );
}
