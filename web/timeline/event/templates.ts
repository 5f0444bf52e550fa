import type { AnnalsEvent, JsonValue } from 'annals-client';
import { follow, plainText } from './json.js';

/** A part of a template: words of its author, or the path of a value. */
export type TemplatePart = { text: string } | { path: string };

/**
 * Reads a template such as `{source} changed {data.field} from {data.from}`. `{{` and `}}` are braces. What is no template,
 * because a brace is not closed, is a text as a whole.
 */
export function readTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = '';
  for (let at = 0; at < template.length; at++) {
    const sign = template[at] as string;
    if ((sign === '{' || sign === '}') && template[at + 1] === sign) {
      text += sign;
      at++;
    } else if (sign === '{') {
      const end = template.indexOf('}', at);
      if (end < 0) return [{ text: template }];
      if (text !== '') parts.push({ text });
      text = '';
      parts.push({ path: template.slice(at + 1, end).trim() });
      at = end;
    } else {
      text += sign;
    }
  }
  if (text !== '') parts.push({ text });
  return parts;
}

/** Returns the value that a path of a template leads to: `data.…` is below event_data, `field.…` another key of the event. */
export function valueAt(event: AnnalsEvent, path: string): JsonValue | undefined {
  const [first, ...rest] = path.split('.');
  if (first === 'data') return follow(event.event_data, rest);
  const [key, ...deeper] = first === 'field' ? rest : path.split('.');
  return key === undefined ? undefined : follow(event[key] as JsonValue | undefined, deeper);
}

/** Returns the value in words, of several paths between bars the first that leads to one; `–` where the event has none. */
export function textAt(event: AnnalsEvent, paths: string): string {
  for (const path of paths.split('|')) {
    const value = valueAt(event, path.trim());
    if (value !== undefined && value !== null) return plainText(value);
  }
  return '–';
}
