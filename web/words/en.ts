const plural = new Intl.PluralRules('en');

/** Returns "1 event" or "2 events". */
export function counted(count: number, one: string, many: string, shown = String(count)): string {
  return `${shown} ${plural.select(count) === 'one' ? one : many}`;
}

export const en = {
  // Events
  event_type: (id: string) => `event type ${id}`,
  source: (id: string) => `source ${id}`,
  record: (id: string) => `record ${id}`,
  changed: 'changed',
  and_more: (count: number) => `and ${counted(count, 'more field', 'more fields')}`,
  nothing: 'nothing',
  empty_text: 'empty',
  items: (count: number) => counted(count, 'item', 'items'),
  fields: (count: number) => counted(count, 'field', 'fields'),
  events: (count: number, shown?: string) => counted(count, 'event', 'events', shown),
  field: 'Field',
  before: 'Before',
  after: 'After',
  actor: 'Who',
  type: 'What',
  record_label: 'Record',
  source_type: 'Kind of source',
  event_id: 'Event id',
  raw_data: 'Data as it was sent',
  further_keys: 'Further keys',
  only_this: 'Show only events with this',
  show_more: (count: string) => `show ${count} more`,

  // Files
  has_file: 'with a file',
  attachment: 'Attached file',
  preview: 'Preview',
  download: 'Download',
  beginning_only: 'This is the beginning. Download the file to read all of it.',
  no_preview: 'There is no preview for this kind of file.',
  file_unreachable: 'The file store does not answer this page. Try the download.',
  copy_digest: 'Copy the SHA-256',

  // States
  reading: 'Reading…',
  reading_more: 'Reading more…',
  retry: 'Try again',
  request_id: 'Request',
  unreachable: 'The service cannot be reached. What you see may be old.',
  unknown_error: 'That did not work.',
  copied: 'Copied',
  not_copied: 'Not allowed here',
  close: 'Close',

  // History
  history: 'History',
  histogram: 'Events over time',
  nothing_to_show: 'nothing',
  bar: (time: string, count: string) => `${time}: ${count}`,
  range_chosen: (bars: number, last: string) => `${counted(bars, 'bar', 'bars')} chosen, to ${last}`,
  search: 'Search in the data',
  search_hint: 'words, "a phrase", begin*',
  remove_filter: (what: string) => `Remove the filter ${what}`,
  clear_filters: 'Remove all filters',
  filter_names: {
    event_type_id: 'What',
    source_type_id: 'Kind of source',
    source_id: 'Who',
    record_id: 'Record',
  },
  last: (count: number, unit: string) => {
    const names: Record<string, [string, string]> = {
      m: ['minute', 'minutes'],
      h: ['hour', 'hours'],
      d: ['day', 'days'],
      w: ['week', 'weeks'],
    };
    const [one, many] = names[unit] ?? ['', ''];
    return count === 1 ? `Last ${one}` : `Last ${count} ${many}`;
  },
  to: 'To',
  since: (time: string) => `since ${time}`,
  until: (time: string) => `until ${time}`,
  no_events: 'No events yet',
  nothing_found: 'No event has all of these filters',
  live: 'Live',
  live_on: 'New events appear by themselves',
  live_away: 'Connecting again…',
  live_ended: 'Live view ended',
  new_events: (count: string) => `${count} new`,
  too_fast: (count: string) => `${count} a second: too many to show one by one`,

  // The element
  viewer_details: 'Event',
  viewer_back: 'Back',
  viewer_empty: 'What happens here appears in this list.',
  viewer_session_ended: 'Your session has ended, so nothing new can be shown.',
  viewer_no_token: 'This page has not been given access to the history.',
  viewer_waiting: (count: string) => `${count} new events wait at the top`,
  viewer_arrived: (sentence: string) => `New: ${sentence}`,
};
