import { parseId } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from './reading.js';
import { hrefs } from './route.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Goes to a record by its id. A UUID may be that of an event as well: the page that it leads to looks for both. */
export function GoTo({ client, isLarge = false }: { client: string | undefined; isLarge?: boolean }): JSX.Element | null {
  const { words } = useReading();
  const [text, setText] = useState('');
  if (client === undefined) return null;
  const go = (event: Event): void => {
    event.preventDefault();
    const id = text.trim();
    if (parseId(id) === undefined) return;
    location.hash = UUID.test(id) ? hrefs.event(client, id) : hrefs.record(client, id);
    setText('');
  };
  return (
    <form class={isLarge ? 'go-to large' : 'go-to'} onSubmit={go}>
      <Icon name="record" />
      <input aria-label={words.find_record} placeholder={words.find_record_hint} spellcheck={false} autocomplete="off" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      {isLarge && (
        <button type="submit" class="primary">
          {words.open}
        </button>
      )}
    </form>
  );
}
