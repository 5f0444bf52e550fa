/**
 * Returns the languages of an element, the wanted one first: its own, that of what it stands in, or that of the reader. A
 * language without a region is written as the reader's region writes it.
 */
export function languageOf(element: Element): readonly string[] {
  for (let at: Element | undefined = element; at !== undefined; ) {
    const found: Element | null = at.closest('[lang]:not([lang=""])');
    const tag = found?.getAttribute('lang');
    if (tag != null) return [...navigator.languages.filter((one) => one.startsWith(`${tag}-`)), tag];
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : undefined;
  }
  return navigator.languages;
}
