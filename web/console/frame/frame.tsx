import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Icon, type IconName } from '../../timeline/view/icons.js';
import { useReading } from './reading.js';
import { useConsole } from './console.js';
import { GoTo } from './go_to.js';
import { Menu } from './menu.js';
import type { Preferences } from './preferences.js';
import { AUDIT, hrefs, type Route } from './route.js';
import { ShortcutHelp } from './shortcut_help.js';
import { useShortcuts } from './shortcuts.js';
import { TenantSwitcher } from './tenant_switcher.js';

export interface FrameProps {
  route: Route;
  preferences: Preferences;
  onPreferences: (preferences: Preferences) => void;
  children: ComponentChildren;
}

interface Place {
  name: string;
  icon: IconName;
  href: string;
  isHere: boolean;
}

/** Shows what is around every page: where the reader is, and where they can go. */
export function Frame({ route, preferences, onPreferences, children }: FrameProps): JSX.Element {
  const { words } = useReading();
  const client = useLastClient(route);
  const places = usePlaces(route, client);
  const [showsKeys, setShowsKeys] = useState(false);
  const go = (href: string | undefined) => () => {
    if (href !== undefined) location.hash = href;
  };
  const hrefOf = (icon: IconName): string | undefined => places.find((place) => place.icon === icon)?.href;
  useShortcuts({
    'g t': go(hrefOf('tenants')),
    'g h': go(hrefOf('history')),
    'g r': go(hrefOf('record')),
    'g s': go(hrefOf('service')),
    '/': () => document.querySelector<HTMLElement>('input[type=search]')?.focus(),
    '?': () => setShowsKeys(true),
  });
  useEffect(() => {
    document.title = `${places.find((place) => place.isHere)?.name ?? words.console} · Annals`;
  });
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        {words.skip}
      </a>
      <header class="bar">
        <a class="brand" href={hrefs.tenants} aria-label="Annals">
          <Icon name="history" /> <span>Annals</span>
        </a>
        <TenantSwitcher client={client} />
        <GoTo client={client} />
        <Menu preferences={preferences} onPreferences={onPreferences} onShortcuts={() => setShowsKeys(true)} />
      </header>
      <nav class="places" aria-label={words.navigation}>
        {places.map((place) => (
          <a key={place.icon} href={place.href} aria-current={place.isHere ? 'page' : undefined}>
            <Icon name={place.icon} />
            <span>{place.name}</span>
          </a>
        ))}
      </nav>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      {showsKeys && <ShortcutHelp onClose={() => setShowsKeys(false)} />}
    </>
  );
}

function usePlaces(route: Route, client: string | undefined): Place[] {
  const { words } = useReading();
  const { session } = useConsole();
  return useMemo(() => {
    const places: Place[] = [];
    if (session.seesTenants) places.push({ name: words.tenants, icon: 'tenants', href: hrefs.tenants, isHere: route.page === 'tenants' });
    if (client !== undefined) {
      const isHistory = route.page === 'history' && route.client !== AUDIT;
      places.push({ name: words.history, icon: 'history', href: hrefs.history(client), isHere: isHistory });
      const isRecord = route.page === 'record' || route.page === 'event' || route.page === 'find';
      places.push({ name: words.record_label, icon: 'record', href: hrefs.find(client), isHere: isRecord });
    }
    if (session.seesTenants) {
      const isService = route.page === 'service' || (route.page === 'history' && route.client === AUDIT);
      places.push({ name: words.service, icon: 'service', href: hrefs.service(), isHere: isService });
    }
    return places;
  }, [route, client, session, words]);
}

/** The tenant whose pages the reader saw last: it stays chosen on pages that are about none. */
function useLastClient(route: Route): string | undefined {
  const { session } = useConsole();
  const here = 'client' in route && route.client !== AUDIT ? route.client : undefined;
  const [last, setLast] = useState(here ?? session.ownClient);
  useEffect(() => {
    if (here !== undefined) setLast(here);
  }, [here]);
  return here ?? last;
}
