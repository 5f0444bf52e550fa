import type { Words } from './words.js';

export function counted(count: number, one: string, many: string, shown = String(count)): string {
  return `${shown} ${count === 1 ? one : many}`;
}

export const de: Words = {
  event_type: (id) => `Ereignisart ${id}`,
  source: (id) => `Quelle ${id}`,
  record: (id) => `Datensatz ${id}`,
  changed: 'änderte',
  and_more: (count) => `und ${counted(count, 'weiteres Feld', 'weitere Felder')}`,
  nothing: 'nichts',
  empty_text: 'leer',
  items: (count) => counted(count, 'Eintrag', 'Einträge'),
  fields: (count) => counted(count, 'Feld', 'Felder'),
  events: (count, shown) => counted(count, 'Ereignis', 'Ereignisse', shown),
  field: 'Feld',
  before: 'Vorher',
  after: 'Nachher',
  actor: 'Wer',
  type: 'Was',
  record_label: 'Datensatz',
  source_type: 'Art der Quelle',
  event_id: 'Ereignis-ID',
  raw_data: 'Daten, wie sie gesendet wurden',
  further_keys: 'Weitere Schlüssel',
  only_this: 'Nur Ereignisse hiermit zeigen',
  show_more: (count) => `${count} weitere zeigen`,

  has_file: 'mit Datei',
  attachment: 'Angehängte Datei',
  preview: 'Vorschau',
  download: 'Herunterladen',
  beginning_only: 'Das ist der Anfang. Die ganze Datei gibt es zum Herunterladen.',
  no_preview: 'Für diese Art von Datei gibt es keine Vorschau.',
  file_unreachable: 'Der Dateispeicher antwortet dieser Seite nicht. Versuchen Sie das Herunterladen.',
  copy_digest: 'SHA-256 kopieren',

  reading: 'Wird gelesen…',
  reading_more: 'Es wird weiter gelesen…',
  retry: 'Noch einmal versuchen',
  request_id: 'Anfrage',
  unreachable: 'Der Dienst ist nicht erreichbar. Was Sie sehen, kann veraltet sein.',
  unknown_error: 'Das hat nicht geklappt.',
  copied: 'Kopiert',
  not_copied: 'Hier nicht erlaubt',
  close: 'Schließen',

  history: 'Verlauf',
  histogram: 'Ereignisse im Lauf der Zeit',
  nothing_to_show: 'nichts',
  bar: (time, count) => `${time}: ${count}`,
  range_chosen: (bars, last) => `${counted(bars, 'Balken', 'Balken')} gewählt, bis ${last}`,
  search: 'In den Daten suchen',
  search_hint: 'Wörter, "ein Satzteil", Anfang*',
  remove_filter: (what) => `Filter ${what} entfernen`,
  clear_filters: 'Alle Filter entfernen',
  filter_names: {
    event_type_id: 'Was',
    source_type_id: 'Art der Quelle',
    source_id: 'Wer',
    record_id: 'Datensatz',
  },
  last: (count, unit) => {
    const names: Record<string, [string, string]> = {
      m: ['Letzte Minute', 'Minuten'],
      h: ['Letzte Stunde', 'Stunden'],
      d: ['Letzter Tag', 'Tage'],
      w: ['Letzte Woche', 'Wochen'],
    };
    const [one, many] = names[unit] ?? ['', ''];
    return count === 1 ? one : `Letzte ${count} ${many}`;
  },
  to: 'Bis',
  since: (time) => `seit ${time}`,
  until: (time) => `bis ${time}`,
  no_events: 'Noch keine Ereignisse',
  nothing_found: 'Kein Ereignis erfüllt alle diese Filter',
  live: 'Live',
  live_on: 'Neue Ereignisse erscheinen von selbst',
  live_away: 'Verbindung wird wiederhergestellt…',
  live_ended: 'Live-Ansicht beendet',
  new_events: (count) => `${count} neue`,
  too_fast: (count) => `${count} je Sekunde: zu viele, um sie einzeln zu zeigen`,

  viewer_details: 'Ereignis',
  viewer_back: 'Zurück',
  viewer_empty: 'Was hier geschieht, erscheint in dieser Liste.',
  viewer_session_ended: 'Ihre Sitzung ist abgelaufen. Neues kann nicht gezeigt werden.',
  viewer_no_token: 'Diese Seite hat keinen Zugang zum Verlauf.',
  viewer_waiting: (count) => `${count} neue Ereignisse warten am Anfang der Liste`,
  viewer_arrived: (sentence) => `Neu: ${sentence}`,
};
