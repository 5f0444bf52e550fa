import { LANGUAGES } from '../words/words.js';

export type Theme = 'auto' | 'light' | 'dark';

/** Says what the reader has chosen for this browser. It is no secret. */
export interface Preferences {
  theme: Theme;
  language: string;
}

const STORED = 'annals.preferences';

export function storedPreferences(): Preferences {
  const defaults: Preferences = { theme: 'auto', language: navigator.language };
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Preferences>;
    const theme = stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : 'auto';
    const isKnown = stored.language !== undefined && Object.hasOwn(LANGUAGES, stored.language.split('-')[0] ?? '');
    return { theme, language: isKnown ? (stored.language as string) : defaults.language };
  } catch {
    return defaults;
  }
}

export function storePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(preferences));
  } catch {
    // They hold until the page is left.
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
  document.documentElement.dataset['theme'] = theme;
}
