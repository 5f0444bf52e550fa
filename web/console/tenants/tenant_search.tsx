import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { ASKED_STATES, type AskedState } from './usage.js';

export interface TenantSearchProps {
  wanted: string;
  state: AskedState;
  onWanted: (wanted: string) => void;
  onState: (state: AskedState) => void;
}

const PAUSE_MS = 300;

/** Finds tenants by their names and their state. What is typed is looked for after a pause, or at once with Enter. */
export function TenantSearch({ wanted, state, onWanted, onState }: TenantSearchProps): JSX.Element {
  const { words } = useReading();
  const [text, setText] = useState(wanted);
  useEffect(() => {
    if (text.trim() === wanted) return undefined;
    const timer = setTimeout(() => onWanted(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  // The address may change by other means: a link, or the button that lets the search go.
  useEffect(() => setText((old) => (old.trim() === wanted ? old : wanted)), [wanted]);
  return (
    <form
      class="tenant-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onWanted(text.trim());
      }}
    >
      <div class="search">
        <Icon name="search" />
        <input type="search" aria-label={words.tenant_pages.find} placeholder={words.tenant_pages.find} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      <select aria-label={words.tenant_pages.state} value={state} onChange={(event) => onState(event.currentTarget.value as AskedState)}>
        <option value="">{words.tenant_pages.all_states}</option>
        {ASKED_STATES.map((each) => (
          <option key={each} value={each}>
            {words.tenant_pages.asked_states[each]}
          </option>
        ))}
      </select>
    </form>
  );
}
