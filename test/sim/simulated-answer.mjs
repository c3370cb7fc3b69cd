// What `fetch` gives, as far as the SDK looks at it. Node's own costs more than the SDK and the server together.
const encoder = new TextEncoder();
const NONE = new Map();

export class SimulatedAnswer {
  /** `body`: a text, or a {@link SimulatedBody} that arrives bit by bit. */
  constructor(status, body, headers = NONE) {
    Object.assign(this, { status, ok: status < 300, statusText: '', content: body, headers });
  }
  get body() {
    return typeof this.content === 'string' ? SimulatedBody.of(this.content) : this.content;
  }
  async text() {
    if (typeof this.content === 'string') return this.content;
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of this.content) text += decoder.decode(chunk, { stream: true });
    return text;
  }
  async json() {
    return JSON.parse(await this.text());
  }
}

/** Chunks in order, then an end or an error. */
export class SimulatedBody {
  chunks = [];
  isClosed = false;
  error = null;
  wake = () => undefined;

  static of(text) {
    const body = new SimulatedBody();
    body.push(text);
    body.close();
    return body;
  }
  push(text) {
    this.chunks.push(encoder.encode(text));
    this.wake();
  }
  close() {
    this.isClosed = true;
    this.wake();
  }
  /** What had arrived is lost, as it is in a stream that fails. */
  fail(error) {
    this.error = error;
    this.chunks = [];
    this.wake();
  }
  async cancel() {
    this.close();
  }
  async *[Symbol.asyncIterator]() {
    for (;;) {
      if (this.error) throw this.error;
      if (this.chunks.length > 0) yield this.chunks.shift();
      else if (this.isClosed) return;
      else await new Promise((done) => (this.wake = done));
    }
  }
}
