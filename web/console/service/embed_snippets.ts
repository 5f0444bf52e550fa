import type { NewViewerToken } from 'annals-client';
import type { EmbedChoice } from './embed_choice.js';

// A sign of the private use area, which no id in a snippet has.
const MARK = '\uE000';

/** Returns what the page has: the element, and where its token comes from. */
export function pageSnippet(url: string, choice: EmbedChoice): string {
  const attributes = [...choice.switches].map((name) => ` ${name}`).join('') + (choice.theme === 'auto' ? '' : ` theme="${choice.theme}"`);
  return `<script type="module" src="${url}/viewer.js"></script>
<annals-history id="history"${attributes}></annals-history>
<script type="module">
  document.getElementById('history').getToken = async () => (await fetch('/my-backend/history-token')).json();
</script>`;
}

/** Returns the rule for a style sheet of the page; undefined if the element looks as it does. */
export function styleSnippet({ accent, radius }: EmbedChoice): string | undefined {
  const variables = [...(accent === '' ? [] : [`--annals-accent: ${accent};`]), ...(radius === '' ? [] : [`--annals-radius: ${radius}px;`])];
  return variables.length === 0 ? undefined : `annals-history { ${variables.join(' ')} }`;
}

/** Returns how a backend gets a token. Integers of 64 bits stand in it as they are. */
export function backendSnippet(url: string, token: NewViewerToken): string {
  const marked = JSON.stringify(token, (_, value: unknown) => (typeof value === 'bigint' ? `${MARK}${value}${MARK}` : value));
  const json = marked.replaceAll(`"${MARK}`, '').replaceAll(`${MARK}"`, '');
  return `curl -s ${url}/api/viewer-tokens \\
  -H "X-API-Key: $ANNALS_KEY" -H 'Content-Type: application/json' \\
  -d '${json.replaceAll(`'`, `'\\''`)}'`;
}

/** Returns what the page's Content-Security-Policy needs besides its own sources. */
export function policySnippet(url: string): string {
  const { origin } = new URL(url);
  return `script-src ${origin}; connect-src ${origin}; img-src blob:; frame-src blob:`;
}

export function originsSnippet(): string {
  return `[server]
cors_origins = ["https://app.example.com"]`;
}
