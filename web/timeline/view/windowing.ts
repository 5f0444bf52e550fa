// Browsers cut elements that are higher than some 30 million pixels. The list stays far below.
const MAX_HEIGHT = 12_000_000;

/** Which rows are drawn, and where. */
export interface Window {
  first: number;
  last: number;
  /** How far the first row is from the top of the scrolled content, in pixels. */
  top: number;
  /** How high the scrolled content is. */
  height: number;
}

/** Maps the rows of a list, all of one height, to a scrolled content that is never too high for a browser. */
export class Windowing {
  /** Rows that lie above the scrolled content. */
  #base = 0;

  constructor(readonly rowHeight: number) {}

  /** Returns what is to be drawn. `extra` rows are drawn above and below what is seen. */
  window(length: number, scrollTop: number, viewHeight: number, extra: number): Window {
    this.#base = Math.min(this.#base, Math.max(0, length - 1));
    const seen = this.#base + Math.floor(scrollTop / this.rowHeight);
    const first = Math.max(this.#base, seen - extra);
    const last = Math.min(length - 1, seen + Math.ceil(viewHeight / this.rowHeight) + extra);
    const height = Math.min((length - this.#base) * this.rowHeight, MAX_HEIGHT);
    return { first, last, top: (first - this.#base) * this.rowHeight, height };
  }

  /** Moves the content along if the reader nears one of its ends; returns where to scroll then, for the same view. */
  shifted(length: number, scrollTop: number): number | undefined {
    const half = Math.floor(MAX_HEIGHT / 2 / this.rowHeight);
    const isLonger = (length - this.#base) * this.rowHeight > MAX_HEIGHT;
    if (scrollTop > MAX_HEIGHT * 0.8 && isLonger) return this.#move(half, scrollTop);
    if (scrollTop < MAX_HEIGHT * 0.2 && this.#base > 0) return this.#move(-Math.min(half, this.#base), scrollTop);
    return undefined;
  }

  /** Returns where to scroll so that a row lies inside the view; undefined if it does already. */
  scrollFor(index: number, scrollTop: number, viewHeight: number): number | undefined {
    if (index < this.#base) this.#base = Math.max(0, index - 100);
    const top = (index - this.#base) * this.rowHeight;
    if (top < scrollTop + this.rowHeight) return Math.max(0, top - this.rowHeight);
    if (top + this.rowHeight > scrollTop + viewHeight) return top + this.rowHeight - viewHeight;
    return undefined;
  }

  /** Begins at the first row again. */
  reset(): void {
    this.#base = 0;
  }

  #move(rows: number, scrollTop: number): number {
    this.#base += rows;
    return scrollTop - rows * this.rowHeight;
  }
}
