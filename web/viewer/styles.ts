import themeCss from '../timeline/theme.css?inline';
import timelineCss from '../timeline/styles.css?inline';
import viewerCss from './viewer.css?inline';

let sheets: CSSStyleSheet[] | undefined;

/**
 * Returns the style sheets of all elements of the page. They are constructed, because a page's policy may forbid `<style>`.
 * Their lengths follow the letters of the element: `rem` would be those of the page's root, which may be anything.
 */
export function styleSheets(): CSSStyleSheet[] {
  sheets ??= [themeCss, timelineCss, viewerCss].map((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(inOwnUnits(css));
    return sheet;
  });
  registerUnit();
  return sheets;
}

function inOwnUnits(css: string): string {
  return css
    .replace(/@container[^{]*/g, (prelude) => prelude.replace(/([\d.]+)rem/g, (_, count) => `${Number(count) * 16}px`))
    .replace(/(-?[\d.]+)rem\b/g, (_, count) => `calc(${count} * var(--annals-unit))`);
}

/** Makes `--annals-unit: 1em` mean the letters of the element where it is set, and not of those where it is used. */
function registerUnit(): void {
  try {
    CSS.registerProperty({ name: '--annals-unit', syntax: '<length>', inherits: true, initialValue: '16px' });
  } catch {
    // Another copy of this script has done it, or the browser cannot: the unit is then what it is where it is used.
  }
}
