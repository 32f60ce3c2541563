import { useEffect } from 'react';
import { ClockBar } from './clock-bar.tsx';
import { FaultMark } from './faults/fault-mark.tsx';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';
import { useConnected } from './live.ts';
import { pages } from './pages.tsx';
import { hrefOf, usePlace } from './router.ts';
import { type Theme, useTheme } from './theme.ts';

export function App() {
  const place = usePlace();
  const page = pages.find(({ id }) => id === place.page) ?? pages[0];
  useEffect(() => {
    document.title = `${page?.title ?? ''} · Orrery`;
  }, [page]);
  if (!page) return null;
  return (
    <div className="shell">
      <a className="skip" href="#content">
        To the content
      </a>
      <header className="bar">
        <Link href={hrefOf(pages[0]?.id ?? '')} className="brand" aria-label="Orrery">
          <Icon name="orrery" />
          <span>Orrery</span>
        </Link>
        <Connection />
        <FaultMark />
        <ClockBar />
        <ThemeSwitch />
      </header>
      <nav className="menu" aria-label="Pages">
        {pages.map(({ id, title, icon }) => (
          <Link key={id} href={hrefOf(id)} aria-current={id === page.id ? 'page' : undefined}>
            <Icon name={icon} />
            <span>{title}</span>
          </Link>
        ))}
      </nav>
      <main id="content" className={`page page-${page.id}`} tabIndex={-1}>
        <page.Page place={place} />
      </main>
    </div>
  );
}

function Connection() {
  const connected = useConnected();
  return (
    <span className={connected ? 'live live-on' : 'live'} role="status">
      {connected ? 'live' : 'connecting …'}
    </span>
  );
}

const themes: Record<Theme, { next: Theme; icon: 'sun' | 'moon' | 'contrast'; about: string }> = {
  system: { next: 'light', icon: 'contrast', about: 'Colours as the system has them; switch to light' },
  light: { next: 'dark', icon: 'sun', about: 'Light colours; switch to dark' },
  dark: { next: 'system', icon: 'moon', about: 'Dark colours; switch to what the system has' },
};

function ThemeSwitch() {
  const [theme, choose] = useTheme();
  const { next, icon, about } = themes[theme];
  return (
    <button type="button" className="icon-button" title={about} aria-label={about} onClick={() => choose(next)}>
      <Icon name={icon} />
    </button>
  );
}
