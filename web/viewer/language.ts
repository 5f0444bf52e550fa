/** Returns the languages of an element, the wanted one first: its own, that of what it stands in, or that of the reader. */
export function languageOf(element: Element): readonly string[] {
  for (let at: Element | undefined = element; at !== undefined; ) {
    const found: Element | null = at.closest('[lang]:not([lang=""])');
    if (found !== null) return [found.getAttribute('lang') as string];
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : undefined;
  }
  return navigator.languages;
}
