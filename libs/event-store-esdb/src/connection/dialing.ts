import { StoreUnavailable } from '@conclave/event-store';
import { Attempts } from './attempts.js';
import { addressOf, type Endpoint, type Target } from './connection-string.js';
import { Line } from './line.js';

/** Makes connections, also where that takes long. */
export class Dialing {
  private readonly attempts = new Attempts<Line>();
  private isClosed = false;

  constructor(private readonly target: Target) {}

  /** A line that is connected, for who asks alone. Rejects with NoAnswer if it is not within `waitMs`. */
  async to(endpoint: Endpoint, waitMs: number): Promise<Line> {
    if (this.isClosed) throw new StoreUnavailable('the store is closed');
    const line = await this.attempts.result(addressOf(endpoint), waitMs, () => this.begin(endpoint));
    // who asked in the same moment has it; or it broke before anybody asked
    if (line.isTaken || line.isBroken) return this.to(endpoint, waitMs);
    line.isTaken = true;
    return line;
  }

  private begin(endpoint: Endpoint): { result: Promise<Line>; drop: () => void } {
    const line = new Line(endpoint, this.target);
    return { result: line.connected.then(() => line), drop: () => line.retire() };
  }

  close(): void {
    this.isClosed = true;
    this.attempts.close();
  }
}
