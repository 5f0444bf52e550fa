/** One block of a stream of server-sent events. */
export interface StreamMessage {
  /** `event` of the block; `message` if it has none. */
  event: string;
  /** The last `id` of the stream so far. */
  id: string | undefined;
  /** Undefined for blocks without data, which browsers use only to remember the id. */
  data: string | undefined;
  /** The milliseconds of a `retry` line in the block. */
  retry: number | undefined;
}

// No event of the service is nearly as large.
const MAX_BUFFERED = 1 << 26;
const LINE_BREAK = /\r\n|\r|\n/g;

/** Cuts a stream of server-sent events into its blocks, as the HTML standard defines them. Comments are skipped. */
export class StreamParser {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #id: string | undefined;
  #event = '';
  #data: string[] = [];
  #dataLength = 0;
  #retry: number | undefined;
  #hasFields = false;

  /** Returns the blocks that end in these bytes. Throws RangeError if a block has more than 64 Mi characters. */
  push(bytes: Uint8Array): StreamMessage[] {
    const messages: StreamMessage[] = [];
    // What was there before these bytes has no line break, except perhaps for its last character.
    LINE_BREAK.lastIndex = Math.max(this.#rest.length - 1, 0);
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    let begin = 0;
    for (let found = LINE_BREAK.exec(this.#rest); found !== null; found = LINE_BREAK.exec(this.#rest)) {
      // It may be the first half of a line break.
      if (found[0] === '\r' && LINE_BREAK.lastIndex === this.#rest.length) break;
      this.#line(this.#rest.slice(begin, found.index), messages);
      begin = LINE_BREAK.lastIndex;
    }
    this.#rest = this.#rest.slice(begin);
    if (this.#rest.length + this.#dataLength > MAX_BUFFERED)
      throw new RangeError('the stream has an event without an end');
    return messages;
  }

  #line(line: string, messages: StreamMessage[]): void {
    if (line === '') {
      this.#endBlock(messages);
      return;
    }
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#addData(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^[0-9]+$/.test(value)) this.#retry = Number(value);
    else return;
    this.#hasFields = true;
  }

  #addData(line: string): void {
    this.#data.push(line);
    this.#dataLength += line.length;
  }

  #endBlock(messages: StreamMessage[]): void {
    if (this.#hasFields) {
      messages.push({
        event: this.#event === '' ? 'message' : this.#event,
        id: this.#id,
        data: this.#data.length === 0 ? undefined : this.#data.join('\n'),
        retry: this.#retry,
      });
    }
    this.#event = '';
    this.#data = [];
    this.#dataLength = 0;
    this.#retry = undefined;
    this.#hasFields = false;
  }
}
