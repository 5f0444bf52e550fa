import type { Annals, EventFilters } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveState } from '../timeline/pages/live.js';
import { useAnswer } from '../timeline/use/use_answer.js';
import { useRepeat } from '../timeline/use/use_repeat.js';
import { Icon } from '../timeline/view/icons.js';
import { useReading } from '../timeline/view/reading.js';

export interface ToolbarProps {
  client: Annals;
  query: EventFilters;
  countKey: string;
  text: string;
  onSearch: ((text: string) => void) | undefined;
  live: { isOn: boolean; state: LiveState | undefined; set: (isOn: boolean) => void } | undefined;
  /** Whether the list says already that nothing can be read. */
  isStill: boolean;
}

const TYPING_MS = 500;

export function Toolbar(props: ToolbarProps): JSX.Element {
  return (
    <div class="toolbar" part="toolbar">
      {props.onSearch !== undefined && <SearchBox text={props.text} onSearch={props.onSearch} />}
      {props.isStill ? <span class="count" /> : <Count {...props} />}
      {props.live !== undefined && <LiveSwitch {...props.live} />}
    </div>
  );
}

/** How many events there are, or how many of them the filters leave. */
function Count({ client, query, countKey, live }: ToolbarProps): JSX.Element {
  const { words, formats } = useReading();
  // The last count stays until there is another one, so that nothing jumps.
  const [count, setCount] = useState<number>();
  const counted = useAnswer((signal) => client.events.count(query, { signal }), countKey);
  useRepeat(live?.state?.state === 'live', counted.error, counted.reload);
  const found = counted.data?.filtered_count;
  useEffect(() => {
    if (found !== undefined) setCount(found);
  }, [found]);
  return <span class="count quiet">{count !== undefined && words.events(count, formats.number(count))}</span>;
}

/** Searches after a pause of typing, at Enter, and when it is emptied. */
function SearchBox({ text, onSearch }: { text: string; onSearch: (text: string) => void }): JSX.Element {
  const { words } = useReading();
  const [typed, setTyped] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setTyped(text), [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (wanted: string): void => {
    clearTimeout(timer.current);
    if (wanted.trim() !== text.trim()) onSearch(wanted.trim());
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(submit) => {
        submit.preventDefault();
        search(typed);
      }}
    >
      <Icon name="search" />
      <input
        type="search"
        value={typed}
        aria-label={words.search}
        placeholder={words.search}
        title={words.search_hint}
        autocomplete="off"
        spellcheck={false}
        onInput={(input) => {
          const wanted = input.currentTarget.value;
          setTyped(wanted);
          clearTimeout(timer.current);
          if (wanted === '') search('');
          // A phrase that has no end yet is no search.
          else if ((wanted.match(/"/g)?.length ?? 0) % 2 === 0) timer.current = setTimeout(() => search(wanted), TYPING_MS);
        }}
        onKeyDown={(key) => {
          if (key.key !== 'Escape' || typed === '') return;
          key.preventDefault();
          key.stopPropagation();
          setTyped('');
          search('');
        }}
      />
    </form>
  );
}

function LiveSwitch({ isOn, state, set }: NonNullable<ToolbarProps['live']>): JSX.Element {
  const { words, formats } = useReading();
  const now = !isOn ? 'off' : (state?.state ?? 'connecting');
  const rate = state?.perSecond;
  const told = now === 'away' ? words.live_away : now === 'ended' ? words.live_ended : words.live_on;
  return (
    <>
      {rate !== undefined && <span class="quiet rate">{words.too_fast(formats.number(rate))}</span>}
      {now === 'away' && <span class="quiet away">{words.live_away}</span>}
      <button type="button" class={`live is-${now}`} role="switch" aria-checked={isOn} title={told} onClick={() => set(!isOn)}>
        <span class="live-dot" /> {words.live}
      </button>
    </>
  );
}
