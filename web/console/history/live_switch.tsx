import type { JSX } from 'preact';
import type { LiveState } from '../../timeline/pages/live.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';

export interface LiveSwitchProps {
  live: LiveState | undefined;
  isOn: boolean;
  onSwitch: (isOn: boolean) => void;
}

/** Follows new events, or does not. It says when the connection is lost. */
export function LiveSwitch({ live, isOn, onSwitch }: LiveSwitchProps): JSX.Element {
  const { words } = useReading();
  const state = isOn ? (live?.state ?? 'connecting') : 'off';
  const says = { off: words.live, connecting: words.live, live: words.live, away: words.live_away, ended: words.live_ended }[state];
  return (
    <button type="button" class={`live ${state}`} aria-pressed={isOn} aria-label={says} title={words.live_on} onClick={() => onSwitch(!isOn)}>
      <Icon name="live" />
      <span>{says}</span>
    </button>
  );
}

/** Says how many events came while the reader was reading elsewhere. What is read is never moved. */
export function NewEvents({ live, onShow }: { live: LiveState | undefined; onShow: () => void }): JSX.Element | null {
  const { words, formats } = useReading();
  const waiting = live?.waiting ?? 0;
  return (
    <div class="new-events" aria-live="polite">
      {waiting > 0 && (
        <button type="button" class="primary" onClick={onShow}>
          <Icon name="up" /> {words.new_events(formats.number(waiting))}
        </button>
      )}
      {live?.perSecond !== undefined && waiting > 0 && <span class="rate">{words.too_fast(formats.number(live.perSecond))}</span>}
    </div>
  );
}
