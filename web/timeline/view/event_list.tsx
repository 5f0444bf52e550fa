import type { AnnalsEvent } from 'annals-client';
import type { JSX, RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { EventPages } from '../pages/event_pages.js';
import type { Row } from '../pages/rows.js';
import { useReading } from './reading.js';
import { EventCells } from './row.js';
import { Windowing } from './windowing.js';

const EXTRA = 12;
const NARROW = 560;
const ROW = 40;
const NARROW_ROW = 60;

export interface EventListProps {
  pages: EventPages;
  /** Another number draws the list anew after its pages have changed. */
  version: number;
  selected: string | undefined;
  showsRecord: boolean;
  onSelect: (event: AnnalsEvent) => void;
  onOpen: (event: AnnalsEvent) => void;
  /** Says whether the reader is at the newest event, where new ones may flow in. */
  onEdge?: (isAtEdge: boolean) => void;
  label: string;
}

/**
 * A list of any length, of which only what is seen is in the page. Arrow keys, Page Up and Down, Home and End move the
 * selection; Enter opens it.
 */
export function EventList(props: EventListProps): JSX.Element {
  const { pages, selected, onSelect, onOpen, onEdge } = props;
  const { words, formats } = useReading();
  const scroller = useRef<HTMLDivElement>(null);
  const view = useView(scroller);
  const windowing = useMemo(() => new Windowing(view.width < NARROW ? NARROW_ROW : ROW), [view.width < NARROW, pages]);
  const { first, last, top, height } = windowing.window(pages.length, view.scrollTop, view.height, EXTRA);

  useEffect(() => pages.show(first, last), [pages, first, last, props.version]);
  useEffect(() => onEdge?.(view.scrollTop < windowing.rowHeight), [view.scrollTop < windowing.rowHeight, onEdge]);
  useLayoutEffect(() => {
    const shifted = windowing.shifted(pages.length, view.scrollTop);
    if (shifted !== undefined && scroller.current !== null) scroller.current.scrollTop = shifted;
  }, [view.scrollTop, pages.length, windowing]);

  const reveal = (index: number): void => {
    const element = scroller.current;
    if (element === null) return;
    const to = windowing.scrollFor(index, element.scrollTop, element.clientHeight);
    if (to !== undefined) element.scrollTop = to;
  };
  const select = (from: number, step: number): void => {
    const found = nearest(pages, from, step);
    if (found === undefined) return;
    reveal(found.index);
    onSelect(found.event);
  };
  const current = selected === undefined ? undefined : pages.find(selected);
  const onKeyDown = (key: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / windowing.rowHeight) - 1);
    const at = current ?? first - 1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => select(at + 1, 1),
      ArrowUp: () => select(at - 1, -1),
      PageDown: () => select(Math.min(at + page, pages.length - 1), 1),
      PageUp: () => select(Math.max(at - page, 0), -1),
      Home: () => select(0, 1),
      End: () => select(pages.length - 1, -1),
      Enter: () => {
        const row = current === undefined ? undefined : pages.at(current);
        if (row?.kind === 'event') onOpen(row.event);
      },
    };
    const move = moves[key.key];
    if (move === undefined || key.altKey || key.ctrlKey || key.metaKey) return;
    key.preventDefault();
    move();
  };

  const rows: JSX.Element[] = [];
  for (let index = first; index <= last; index++) {
    const row = pages.at(index);
    rows.push(<ListRow key={row?.key ?? index} row={row} index={index} {...props} />);
  }
  const topRow = dayOf(pages, Math.min(last, first + Math.floor((view.scrollTop - top) / windowing.rowHeight)));
  const rowCount = pages.isWhole ? pages.length : -1;
  return (
    <div class={view.width < NARROW ? 'list narrow' : 'list'}>
      {topRow !== undefined && view.scrollTop > 0 && (
        <div class="day pinned" aria-hidden="true">
          {formats.day(topRow)}
        </div>
      )}
      <div
        ref={scroller}
        class="scroller"
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={rowCount}
        aria-busy={pages.isReading}
        aria-activedescendant={current !== undefined && current >= first && current <= last ? rowId(selected) : undefined}
        aria-keyshortcuts="ArrowUp ArrowDown Home End Enter"
        onKeyDown={onKeyDown}
      >
        <div class="content" role="presentation" style={{ blockSize: `${height}px` }}>
          <div class="rows" role="rowgroup" style={{ transform: `translateY(${top}px)` }}>
            {rows}
          </div>
        </div>
        {pages.isReading && pages.length > 0 && <p class="reading quiet">{words.reading_more}</p>}
      </div>
    </div>
  );
}

function ListRow(props: EventListProps & { row: Row | undefined; index: number }): JSX.Element {
  const { row, index, selected } = props;
  const { formats } = useReading();
  const position = { role: 'row', 'aria-rowindex': index + 1 } as const;
  if (row === undefined) return <div {...position} class="row skeleton"><span role="gridcell" class="hidden">…</span></div>;
  if (row.kind === 'day') {
    return (
      <div {...position} class="row day">
        <span role="gridcell">{formats.day(row.time)}</span>
      </div>
    );
  }
  const { event } = row;
  const isSelected = event.event_id === selected;
  const onClick = (): void => {
    // Who marks a text wants to copy it.
    if (globalThis.getSelection?.()?.type !== 'Range') props.onSelect(event);
  };
  return (
    <div
      {...position}
      id={rowId(event.event_id)}
      part="row"
      class={isSelected ? 'row event selected' : 'row event'}
      aria-selected={isSelected}
      data-event-id={event.event_id}
      onClick={onClick}
      onDblClick={() => props.onOpen(event)}
    >
      <EventCells event={event} showsRecord={props.showsRecord} />
    </div>
  );
}

function rowId(eventId: string | undefined): string {
  return `event-${eventId}`;
}

/** Returns the event nearest to a row, in one direction and then in the other. */
function nearest(pages: EventPages, from: number, step: number): { index: number; event: AnnalsEvent } | undefined {
  for (const direction of [step, -step]) {
    for (let index = Math.max(0, Math.min(from, pages.length - 1)); index >= 0 && index < pages.length; index += direction) {
      const row = pages.at(index);
      if (row === undefined) break;
      if (row.kind === 'event') return { index, event: row.event };
    }
  }
  return undefined;
}

function dayOf(pages: EventPages, index: number): Date | undefined {
  const row = pages.at(index);
  if (row === undefined) return undefined;
  return row.kind === 'day' ? row.time : new Date(row.event.event_time);
}

/** Follows how large an element is and how far it is scrolled. */
function useView(element: RefObject<HTMLDivElement>): { scrollTop: number; width: number; height: number } {
  const [view, setView] = useState({ scrollTop: 0, width: 0, height: 0 });
  const measure = useCallback(() => {
    const { scrollTop = 0, clientWidth = 0, clientHeight = 0 } = element.current ?? {};
    setView((old) =>
      old.scrollTop === scrollTop && old.width === clientWidth && old.height === clientHeight
        ? old
        : { scrollTop, width: clientWidth, height: clientHeight },
    );
  }, [element]);
  useLayoutEffect(() => {
    const node = element.current;
    if (node === null) return undefined;
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(node);
    node.addEventListener('scroll', measure, { passive: true });
    return () => {
      resized.disconnect();
      node.removeEventListener('scroll', measure);
    };
  }, [element, measure]);
  return view;
}
