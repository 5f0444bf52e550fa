/** A piece of a text that was changed. */
export interface Piece {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

// The time is the product of both lengths: what is longer is shown as a whole.
const MAX_WORDS = 1500;

/** Returns what was removed from and added to a text, by words; undefined if they are too long to say, or have little in common. */
export function wordDifferences(before: string, after: string): Piece[] | undefined {
  const old = words(before);
  const young = words(after);
  if (old.length > MAX_WORDS || young.length > MAX_WORDS) return undefined;
  const found = pieces(old, young, commonLengths(old, young));
  const common = found.reduce((sum, piece) => sum + (piece.kind === 'same' ? inked(piece.text) : 0), 0);
  return common * 3 < Math.max(inked(before), inked(after)) ? undefined : found;
}

/** Returns how many signs are no blanks: all texts have those in common. */
function inked(text: string): number {
  return text.replace(/\s/g, '').length;
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

/** The lengths of the longest common subsequences of all pairs of ends, a row for each word of the first. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      const below = lengths[at + width] as number;
      const beside = lengths[at + 1] as number;
      lengths[at] = a[i] === b[j] ? (lengths[at + width + 1] as number) + 1 : Math.max(below, beside);
    }
  }
  return lengths;
}

function pieces(a: readonly string[], b: readonly string[], lengths: Uint16Array): Piece[] {
  const width = b.length + 1;
  const found: Piece[] = [];
  const add = (kind: Piece['kind'], text: string | undefined): void => {
    const last = found[found.length - 1];
    if (last?.kind === kind) last.text += text ?? '';
    else found.push({ kind, text: text ?? '' });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i]);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && (lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number))) {
      add('removed', a[i++]);
    } else {
      add('added', b[j++]);
    }
  }
  return found;
}
