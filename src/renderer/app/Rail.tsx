import { IconFeather, IconHistory, IconKeyboard, IconScale, IconSettings, IconStack2 } from '../components/icons.ts';
import { Link, useLocation } from 'wouter';
import classes from './Rail.module.css';

interface Place {
  readonly path: string;
  readonly title: string;
  readonly Icon: typeof IconScale;
  /** Where the addresses of its other screens begin. */
  readonly also?: readonly string[];
}

const places: readonly Place[] = [
  { path: '/', title: 'Compress', Icon: IconFeather },
  { path: '/zoo', title: 'Zoo', Icon: IconStack2 },
  { path: '/compare', title: 'Compare', Icon: IconScale, also: ['/accuracy', '/measured', '/candidates'] },
  { path: '/history', title: 'History', Icon: IconHistory },
  { path: '/settings', title: 'Settings', Icon: IconSettings },
];

/** The way to each place of the window: at the left, or at the bottom of a narrow one. */
export function Rail({ onKeyboard }: { readonly onKeyboard: () => void }) {
  const [location] = useLocation();
  const begins = (path: string) => path !== '/' && location.startsWith(path);
  const current = places.find(({ path, also = [] }) => [path, ...also].some(begins))?.path ?? '/';
  return (
    <nav className={classes.rail} aria-label="Main">
      <span className={classes.brand}>Featherweight</span>
      {places.map(({ path, title, Icon }) => (
        <Link key={path} href={path} className={classes.place} aria-current={path === current ? 'page' : undefined}>
          <Icon size={18} stroke={1.5} aria-hidden />
          {title}
        </Link>
      ))}
      <button type="button" className={`${classes.place} ${classes.help}`} onClick={onKeyboard} title="Keyboard (?)">
        <IconKeyboard size={18} stroke={1.5} aria-hidden />
        Keyboard
      </button>
    </nav>
  );
}
