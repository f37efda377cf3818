import { useMantineColorScheme } from '@mantine/core';
import { IconFeather, IconHistory, IconMoon, IconSun, IconSunMoon } from '../components/icons.ts';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { JobStrip } from '../features/job/JobStrip.tsx';
import { useConnection } from '../host/connection.tsx';
import classes from './Frame.module.css';

const places = [
  { path: '/', title: 'Compress', Icon: IconFeather },
  { path: '/history', title: 'History', Icon: IconHistory },
] as const;

/** The rail, the place for a screen, and the strip of the running job. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation();
  const { isLost } = useConnection();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  useEffect(() => {
    // A new screen starts at its beginning, also for those who cannot see that it changed.
    if (shown.current === location) return;
    shown.current = location;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location]);

  return (
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
      <nav className={classes.rail} aria-label="Main">
        <span className={classes.brand}>Featherweight</span>
        {places.map(({ path, title, Icon }) => (
          <Link
            key={path}
            href={path}
            className={classes.place}
            aria-current={(path === '/' ? location !== '/history' : location === path) ? 'page' : undefined}
          >
            <Icon size={18} stroke={1.5} aria-hidden />
            {title}
          </Link>
        ))}
        <ThemeButton />
      </nav>
      <div className={classes.content}>
        {isLost && (
          <p className={classes.lost} role="alert">
            The connection to Featherweight is lost, so what you see may be old. Your files are untouched. If it does
            not come back by itself, start Featherweight again.
          </p>
        )}
        <main id="main" ref={main} tabIndex={-1} className={classes.main}>
          {children}
        </main>
        <JobStrip />
      </div>
    </div>
  );
}

const schemes = {
  auto: { next: 'light', title: 'Theme: system', Icon: IconSunMoon },
  light: { next: 'dark', title: 'Theme: light', Icon: IconSun },
  dark: { next: 'auto', title: 'Theme: dark', Icon: IconMoon },
} as const;

function ThemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { next, title, Icon } = schemes[colorScheme];
  return (
    <button type="button" className={`${classes.place} ${classes.theme}`} onClick={() => setColorScheme(next)}>
      <Icon size={18} stroke={1.5} aria-hidden />
      {title}
    </button>
  );
}
