import { APIError } from 'annals-client';
import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Problem } from '../../timeline/view/states.js';
import { ReadingContext } from './reading.js';
import { Formats } from '../../words/format.js';
import { wordsFor } from '../../words/words.js';
import { LANGUAGES } from '../words/words.js';
import { type Console, ConsoleContext } from './console.js';
import { Frame } from './frame.js';
import { Page } from './page.js';
import { applyTheme, type Preferences, storedPreferences, storePreferences } from './preferences.js';
import { readRoute, type Route } from './route.js';
import { openSession, type Session, type SignedIn, storedSession, storeSession } from './session.js';
import { SignIn } from './sign_in.js';

const SAID_MS = 4000;

/** The whole console: who has signed in, where they are, and how they read. */
export function App(): JSX.Element {
  const route = useRoute();
  const [preferences, setPreferences] = useState(storedPreferences);
  const reading = useMemo(() => {
    const { language, words } = wordsFor(LANGUAGES, [preferences.language, ...navigator.languages]);
    return { words, formats: new Formats(language) };
  }, [preferences.language]);
  useEffect(() => {
    applyTheme(preferences.theme);
    document.documentElement.lang = reading.formats.language;
    storePreferences(preferences);
  }, [preferences, reading]);
  return (
    <ReadingContext.Provider value={reading}>
      <SignedInApp route={route} preferences={preferences} onPreferences={setPreferences} />
    </ReadingContext.Provider>
  );
}

interface AppProps {
  route: Route;
  preferences: Preferences;
  onPreferences: (preferences: Preferences) => void;
}

function SignedInApp({ route, preferences, onPreferences }: AppProps): JSX.Element {
  const [stored, setStored] = useState(storedSession);
  const [session, setSession] = useState<Session>();
  const [hasEnded, setEnded] = useState(false);
  const [error, setError] = useState<unknown>();
  const [said, setSaid] = useState('');

  const leave = useCallback((ended: boolean) => {
    storeSession(undefined);
    setStored(undefined);
    setSession(undefined);
    setEnded(ended);
  }, []);
  const open = useCallback(() => {
    if (stored === undefined) return;
    setError(undefined);
    openSession(stored).then(setSession, (failure: unknown) => {
      if (failure instanceof APIError && failure.status < 429) leave(true);
      else setError(failure);
    });
  }, [stored, leave]);
  useEffect(() => {
    if (session === undefined) open();
  }, [open, session]);
  useEffect(() => {
    const timer = said === '' ? undefined : setTimeout(() => setSaid(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  const value = useMemo((): Console | undefined => {
    if (session === undefined) return undefined;
    const refused = (failure: unknown): boolean => {
      const isRefused = failure instanceof APIError && failure.status === 401;
      if (isRefused) leave(true);
      return isRefused;
    };
    return { session, say: setSaid, refused, signOut: () => leave(false) };
  }, [session, leave]);

  if (stored === undefined) {
    const onSignedIn = (given: SignedIn, opened: Session): void => {
      storeSession(given);
      setSession(opened);
      setStored(given);
      setEnded(false);
    };
    return <SignIn hasEnded={hasEnded} onSignedIn={onSignedIn} />;
  }
  if (value === undefined) return <main class="opening">{error !== undefined && <Problem error={error} onRetry={open} />}</main>;
  return (
    <ConsoleContext.Provider value={value}>
      <Frame route={route} preferences={preferences} onPreferences={onPreferences}>
        <Page route={route} />
      </Frame>
      <div class={said === '' ? 'said' : 'said shown'} role="status">
        {said}
      </div>
    </ConsoleContext.Provider>
  );
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(readRoute(location.hash));
    globalThis.addEventListener('hashchange', follow);
    return () => globalThis.removeEventListener('hashchange', follow);
  }, []);
  return route;
}
