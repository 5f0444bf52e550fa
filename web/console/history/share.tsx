import type { JSX } from 'preact';
import { atThisMoment, type Filters, writeFilters } from '../../timeline/filters/filters.js';
import { isRelative } from '../../timeline/filters/moments.js';
import { CopyBox } from '../frame/copy_box.js';
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
      {moving && <CopyBox label={words.share_moving} text={link(filters)} />}
      <CopyBox label={moving ? words.share_frozen : words.share_link} text={link(atThisMoment(filters, now))} />
      <p class="quiet">{words.share_hint}</p>
      <h3>{words.as_command}</h3>
      <CopyBox label="annals" text={asCommand(filters, client, now)} />
      <CopyBox label="curl" text={asCurl(filters, client, serviceUrl(), now)} />
    </>
  );
}
