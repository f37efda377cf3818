import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { QueueStrip } from '../features/queue/QueueStrip.tsx';
import { useConnection } from '../host/connection.tsx';
import { useAnnouncedSettings } from './announced-settings.ts';
import classes from './Frame.module.css';
import { InspectorPlace } from './Inspector.tsx';
import { useKeptFocus } from './kept-focus.ts';
import { KeyboardSheet } from './KeyboardSheet.tsx';
import { PastedHashProvider } from './PastedHash.tsx';
import { Rail } from './Rail.tsx';
import { useOpen } from './use-open.ts';
import { useOpenedFiles } from './use-opened-files.ts';
import { useShortcut } from './use-shortcut.ts';
import { useStrayDrops } from './stray-drops.ts';

/** The rail, the place for a screen, the inspector at its right, and the strip of the queue. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const [location, navigate] = useLocation();
  const { isLost } = useConnection();
  const { pick } = useOpen();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useAnnouncedSettings();
  useKeptFocus(main);
  useStrayDrops();
  useEffect(() => {
    // A new screen starts at its beginning, also for those who cannot see that it changed.
    if (shown.current === location) return;
    shown.current = location;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location]);
  useOpenedFiles();
  useShortcut('open', () => void pick('file'));
  useShortcut('open-folder', () => void pick('folder'));
  useShortcut('compress', () => navigate('/'));
  useShortcut('zoo', () => navigate('/zoo'));
  useShortcut('compare', () => navigate('/compare'));
  useShortcut('history', () => navigate('/history'));
  useShortcut('settings', () => navigate('/settings'));
  useShortcut('keyboard', () => setSheetOpen(true));

  return (
    <InspectorPlace value={place}>
      <div className={classes.frame}>
        <a
          className={classes.skip}
          href="#main"
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          Skip to the content
        </a>
        <Rail onKeyboard={() => setSheetOpen(true)} />
        <div className={classes.content}>
          {isLost && (
            <p className={classes.lost} role="alert">
              The connection to Featherweight is lost, so what you see may be old. Your files are untouched. If it does
              not come back by itself, start Featherweight again and open the link that it prints.
            </p>
          )}
          <PastedHashProvider>
            <main id="main" ref={main} tabIndex={-1} className={classes.main}>
              {children}
            </main>
          </PastedHashProvider>
          <QueueStrip />
        </div>
        <div ref={setPlace} className={classes.inspector} />
      </div>
      <KeyboardSheet isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} />
    </InspectorPlace>
  );
}
