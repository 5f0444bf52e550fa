import type { JSX } from 'preact';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';

export interface PagerProps {
  label: string;
  offset: number;
  /** How many a page has. */
  size: number;
  total: number;
  onOffset: (offset: number) => void;
}

/** Goes from page to page of a list that begins with the newest. */
export function Pager({ label, offset, size, total, onOffset }: PagerProps): JSX.Element {
  const { words, formats } = useReading();
  const last = Math.min(offset + size, total);
  return (
    <nav class="pager" aria-label={label}>
      <button type="button" disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - size))}>
        <Icon name="back" /> {words.tenant_pages.newer}
      </button>
      <span class="quiet">
        {formats.number(Math.min(offset + 1, last))}–{formats.number(last)} / {formats.number(total)}
      </span>
      <button type="button" disabled={last >= total} onClick={() => onOffset(offset + size)}>
        {words.tenant_pages.older} <Icon name="forward" />
      </button>
    </nav>
  );
}
