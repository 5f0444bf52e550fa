import type { History } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Filters } from '../../timeline/filters/filters.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { useShortcuts } from '../frame/shortcuts.js';
import { Export } from './export.js';
import { Share } from './share.js';
import { momentText } from './time_range.js';

export interface ActionsProps {
  client: string;
  history: History;
  filters: Filters;
  /** How many events there are; undefined while they are counted. */
  count: number | undefined;
  /** Goes to the events of a time. */
  onAt: (time: string) => void;
}

/** Shows what can be done with the events that are shown: go to a time in them, share them, take them away. */
export function Actions({ client, history, filters, count, onAt }: ActionsProps): JSX.Element {
  const { words } = useReading();
  const [shown, setShown] = useState<'time' | 'share' | 'export'>();
  const close = (): void => setShown(undefined);
  useShortcuts({ c: () => setShown('share'), e: () => setShown('export') });
  const button = (name: 'time' | 'share' | 'export', icon: 'forward' | 'link' | 'export', text: string): JSX.Element => (
    <button type="button" class="action" title={text} aria-label={text} onClick={() => setShown(name)}>
      <Icon name={icon} /> <span>{text}</span>
    </button>
  );
  return (
    <>
      {button('time', 'forward', words.go_to_time)}
      {button('share', 'link', words.share)}
      {button('export', 'export', words.export)}
      {shown === 'time' && (
        <Dialog title={words.go_to_time} onClose={close}>
          <GoToTime
            onAt={(time) => {
              close();
              onAt(time);
            }}
          />
        </Dialog>
      )}
      {shown === 'share' && (
        <Dialog title={words.share} onClose={close}>
          <Share client={client} filters={filters} />
        </Dialog>
      )}
      {shown === 'export' && (
        <Dialog title={words.export} onClose={close}>
          <Export history={history} filters={filters} count={count} />
        </Dialog>
      )}
    </>
  );
}

function GoToTime({ onAt }: { onAt: (time: string) => void }): JSX.Element {
  const { words } = useReading();
  const [text, setText] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const moment = momentText(text);
        if (moment !== '') onAt(moment);
      }}
    >
      <Field label={words.time} hint={words.go_to_time_hint}>
        {(attributes) => <input {...attributes} autofocus required type="datetime-local" step="1" value={text} onInput={(event) => setText(event.currentTarget.value)} />}
      </Field>
      <FormActions submit={words.apply} />
    </form>
  );
}
