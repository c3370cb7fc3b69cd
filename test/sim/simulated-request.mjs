// What Node's HTTP gives, as far as the SDK looks at it. The real one costs more than the SDK and the server together.
import { EventEmitter } from 'node:events';

export class SimulatedRequest extends EventEmitter {
  reusedSocket = false;
  socket = { unref: () => undefined };
  given = new AbortController();

  /** `send`: gives what is answered, or rejects. */
  constructor(send, url, method) {
    super();
    Object.assign(this, { send, url, method, host: new URL(url).host });
  }
  end(body) {
    const { url, method } = this;
    this.emit('socket', this.socket);
    this.send(new URL(url), { method, body, signal: this.given.signal }).then(
      (answer) => {
        answer.request = this;
        this.emit('response', answer);
      },
      (error) => {
        this.emit('error', error);
        this.emit('close');
      },
    );
  }
  destroy(error) {
    this.given.abort(error);
  }
}

/** Pieces in order, then an end or an error. */
export class SimulatedAnswer {
  statusCode = 200;
  headers = {};
  request = null;
  pieces = [];
  isClosed = false;
  error = null;
  wake = () => undefined;

  /** All of it at once. */
  static of(statusCode, text, headers = {}) {
    const answer = Object.assign(new SimulatedAnswer(), { statusCode, headers });
    answer.push(text);
    answer.close();
    return answer;
  }
  push(text) {
    this.pieces.push(text);
    this.wake();
  }
  close() {
    this.isClosed = true;
    this.wake();
  }
  /** What had arrived is lost, as it is in a stream that fails. */
  fail(error) {
    this.error = error;
    this.pieces = [];
    this.wake();
  }
  setEncoding() {
    return this;
  }
  /** Nobody reads it. */
  resume() {
    this.request.emit('close');
  }
  destroy(error = new Error('taken down')) {
    this.request.destroy(error);
    this.fail(error);
  }
  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        if (this.error) throw this.error;
        if (this.pieces.length > 0) yield this.pieces.shift();
        else if (this.isClosed) return;
        else await new Promise((done) => (this.wake = done));
      }
    } finally {
      this.request.emit('close');
    }
  }
}
