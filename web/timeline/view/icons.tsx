import type { JSX } from 'preact';

const PATHS = {
  clip: 'M10.5 4.5 5.4 9.6a1.8 1.8 0 0 0 2.5 2.5l5.3-5.3a3.2 3.2 0 0 0-4.5-4.5L3.2 7.8a4.6 4.6 0 0 0 6.5 6.5l4.6-4.6',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  more: 'M8 3.5v.01M8 8v.01M8 12.5v.01',
  copy: 'M6 5.5V3.2A1.2 1.2 0 0 1 7.2 2h5.6A1.2 1.2 0 0 1 14 3.2v5.6A1.2 1.2 0 0 1 12.8 10h-2.3M3.2 6h5.6A1.2 1.2 0 0 1 10 7.2v5.6A1.2 1.2 0 0 1 8.8 14H3.2A1.2 1.2 0 0 1 2 12.8V7.2A1.2 1.2 0 0 1 3.2 6Z',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.300 9A2.6 2.6 0 0 0 7 12.700l.8-.8',
  back: 'M10 3 5 8l5 5',
  forward: 'M6 3l5 5-5 5',
  up: 'M3 10l5-5 5 5',
  down: 'M3 6l5 5 5-5',
  tenants: 'M2.500 14V4.200L8 2l5.500 2.200V14M2 14h12M6.500 14v-3h3v3M5.500 6.500h.01M8 6.500h.01M10.500 6.500h.01M5.500 9h.01M10.500 9h.01',
  history: 'M8 4.500V8l2.500 1.500M2.500 8a5.500 5.500 0 1 0 1.600-3.900L2.500 5.500M2.500 2.500v3h3',
  record: 'M3.500 2.500h6l3 3v8h-9zM9.500 2.500v3h3M5.500 8.500h5M5.500 11h5',
  service: 'M2 8h3l1.500-4 3 8L11 8h3',
  file: 'M4 2.500h5l3 3v8H4zM9 2.500v3h3',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.500 6.500 12 13 4.500',
  warning: 'M8 6.500v3M8 11.500v.01M8 2.200 14.300 13.500H1.700Z',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M3.400 12.600l.7-.7M11.900 4.100l.7-.7',
  export: 'M8 10V2M4.500 5.500 8 2l3.500 3.500M2.500 9.500v4h11v-4',
  live: 'M8 7.500a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1ZM5.200 5.200a4 4 0 0 0 0 5.600M10.800 5.200a4 4 0 0 1 0 5.600M3.200 3.200a6.800 6.800 0 0 0 0 9.600M12.800 3.200a6.800 6.800 0 0 1 0 9.600',
  key: 'M9.500 10a3.500 3.500 0 1 0-3.300-2.300L2.500 11.400v2.100h2.100l.9-.9v-1.300h1.300l.9-1A3.500 3.500 0 0 0 9.500 10ZM10.500 5.500h.01',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a text that says the same, so screen readers pass over it. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
