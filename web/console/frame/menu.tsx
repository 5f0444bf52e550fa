import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from './reading.js';
import { useConsole } from './console.js';
import type { Preferences, Theme } from './preferences.js';

export interface MenuProps {
  preferences: Preferences;
  onPreferences: (preferences: Preferences) => void;
  onShortcuts: () => void;
}

const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', de: 'Deutsch' };

/** How the reader reads, and the way out. */
export function Menu({ preferences, onPreferences, onShortcuts }: MenuProps): JSX.Element {
  const { words, formats } = useReading();
  const { signOut } = useConsole();
  const details = useRef<HTMLDetailsElement>(null);
  useClosedFromOutside(details);
  const themes: [Theme, string][] = [
    ['auto', words.theme_auto],
    ['light', words.theme_light],
    ['dark', words.theme_dark],
  ];
  return (
    <details class="menu" ref={details}>
      <summary aria-label={words.menu} title={words.menu}>
        <Icon name="more" />
      </summary>
      <div class="menu-body">
        <p class="quiet">{formats.zone()}</p>
        <label>
          {words.theme}
          <select value={preferences.theme} onChange={(event) => onPreferences({ ...preferences, theme: event.currentTarget.value as Theme })}>
            {themes.map(([theme, name]) => (
              <option key={theme} value={theme}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.language}
          <select value={formats.language.split('-')[0]} onChange={(event) => onPreferences({ ...preferences, language: event.currentTarget.value })}>
            {Object.entries(LANGUAGE_NAMES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          onClick={() => {
            if (details.current !== null) details.current.open = false;
            onShortcuts();
          }}
        >
          {words.shortcuts} <kbd>?</kbd>
        </button>
        <button type="button" onClick={signOut}>
          {words.sign_out}
        </button>
      </div>
    </details>
  );
}

/** Closes an opened part when the reader presses Escape, or goes elsewhere. */
export function useClosedFromOutside(details: { current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (event: Event): void => {
      const element = details.current;
      if (element === null || !element.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        element.querySelector('summary')?.focus();
      } else if (event.target instanceof Node && element.contains(event.target)) {
        return;
      }
      element.open = false;
    };
    for (const kind of ['pointerdown', 'keydown', 'focusin']) document.addEventListener(kind, close);
    return () => {
      for (const kind of ['pointerdown', 'keydown', 'focusin']) document.removeEventListener(kind, close);
    };
  }, [details]);
}
