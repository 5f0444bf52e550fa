/** How a file can be shown. */
export type PreviewKind = 'image' | 'pdf' | 'text' | 'none';

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF8', 'image/gif'],
  ['%PDF-', 'application/pdf'],
];

/**
 * Returns the type of a file that begins with these bytes: what its sender said, unless that says nothing. The bytes are
 * asked first for what a browser draws by itself, so that nothing is drawn as what it is not.
 */
export function typeOf(said: string | undefined, head: Uint8Array): string {
  const begin = String.fromCharCode(...head.subarray(0, 12));
  for (const [signature, type] of SIGNATURES) if (begin.startsWith(signature)) return type;
  if (begin.startsWith('RIFF') && begin.slice(8, 12) === 'WEBP') return 'image/webp';
  const type = (said ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== '' && type !== 'application/octet-stream' && !IMAGES.includes(type) && type !== 'application/pdf') return type;
  return isText(head) ? 'text/plain' : 'application/octet-stream';
}

/** Returns how a file of this type is shown. Pages and drawings with scripts are shown as the text that they are. */
export function kindOf(type: string): PreviewKind {
  if (IMAGES.includes(type)) return 'image';
  if (type === 'application/pdf') return 'pdf';
  if (type.startsWith('text/') || /[/+](json|xml|x?yaml|csv|javascript|x-ndjson)$/.test(type)) return 'text';
  return 'none';
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return false;
  try {
    // The last sign may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return bytes.length > 0;
  } catch {
    return false;
  }
}
