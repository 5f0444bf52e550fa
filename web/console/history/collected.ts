// Browsers keep large blobs on the disk, so a file of any size is collected in parts of this size.
const PART = 16 * 1024 * 1024;

/** Reads a stream to its end into a file. `progress` is called with the bytes so far. Throws what the stream throws. */
export async function collected(stream: ReadableStream<Uint8Array>, progress: (bytes: number) => void): Promise<Blob> {
  const reader = stream.getReader();
  const blobs: Blob[] = [];
  let parts: BlobPart[] = [];
  let inPart = 0;
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob([...blobs, ...parts]);
    parts.push(value as Uint8Array<ArrayBuffer>);
    inPart += value.length;
    total += value.length;
    if (inPart >= PART) {
      blobs.push(new Blob(parts));
      parts = [];
      inPart = 0;
    }
    progress(total);
  }
}
