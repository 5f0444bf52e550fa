import type { JSX } from 'preact';
import { atThisMoment, type Filters, writeFilters } from '../../timeline/filters/filters.js';
import { isRelative } from '../../timeline/filters/moments.js';
import { CopyButton } from '../../timeline/view/copy_button.js';
import { useReading } from '../frame/reading.js';
import { hrefs } from '../frame/route.js';
import { serviceUrl } from '../frame/session.js';
import { asCommand, asCurl } from './commands.js';

/** Links to what is shown, and the commands that show the same. */
export function Share({ client, filters }: { client: string; filters: Filters }): JSX.Element {
  const { words } = useReading();
  const now = new Date();
  const moving = isRelative(filters.from) || isRelative(filters.to);
  const page = location.href.split('#')[0] ?? '';
  const link = (wanted: Filters): string => page + hrefs.history(client, writeFilters(wanted));
  return (
    <>
      {moving && <Shared label={words.share_moving} text={link(filters)} />}
      <Shared label={moving ? words.share_frozen : words.share_link} text={link(atThisMoment(filters, now))} />
      <p class="quiet">{words.share_hint}</p>
      <h3>{words.as_command}</h3>
      <Shared label="annals" text={asCommand(filters, client, now)} />
      <Shared label="curl" text={asCurl(filters, client, serviceUrl(), now)} />
    </>
  );
}

function Shared({ label, text }: { label: string; text: string }): JSX.Element {
  const { words } = useReading();
  return (
    <div class="shared">
      <p>{label}</p>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} what={`${words.copy}: ${label}`} label={words.copy} />
    </div>
  );
}
