/** What waits in a fair queue: on whose account, and how much work it is. */
export interface Waiting {
  /** Names the flow; items of one flow keep their order. */
  readonly flow: string;
  /** At least 1. */
  readonly rows: number;
}

interface Flow<T> {
  readonly items: Set<T>;
  rows: number;
  /** Virtual time, in rows, at which its first item may start. */
  start: number;
}

/** Items of a flow that are looked at for one that can run along with others. */
const LOOK_AHEAD = 32;

/**
 * Start-time fair queueing over rows (Goyal, Vin and Cheng, SIGCOMM 1996): of all flows that wait, the
 * one that has been given the fewest rows is next. A flow that becomes active starts where the others
 * are, so it neither waits for what they have queued nor has anything saved up; a flow that queues
 * a hundred times more waits behind itself.
 *
 * Virtual time is counted by flow when an item is taken, not by item when it is queued: items that
 * are removed cost their flow nothing. Queueing and removing take constant time, taking is linear in
 * the flows that wait, of which there are never more than rows.
 */
export class FairQueue<T extends Waiting> {
  readonly #flows = new Map<string, Flow<T>>();
  /** Before all turns. */
  readonly #first = new Set<T>();
  #rows = 0;
  #clock = 0;

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  rowsOf(flow: string): number {
    return this.#flows.get(flow)?.rows ?? 0;
  }

  push(item: T): void {
    const flow = this.#flows.get(item.flow) ?? { items: new Set(), rows: 0, start: 0 };
    if (flow.items.size === 0) {
      flow.start = Math.max(flow.start, this.#clock);
      this.#flows.set(item.flow, flow);
    }
    flow.items.add(item);
    flow.rows += item.rows;
    this.#rows += item.rows;
  }

  /** Queues an item that had its turn already before all others; its flow is not charged again. */
  pushFirst(item: T): void {
    this.#first.add(item);
    this.#rows += item.rows;
  }

  /** Takes an item out before its turn; false where it does not wait. */
  remove(item: T): boolean {
    if (this.#first.delete(item)) {
      this.#rows -= item.rows;
      return true;
    }
    const flow = this.#flows.get(item.flow);
    return flow !== undefined && this.#drop(flow, item);
  }

  /** The item whose turn it is. */
  take(): T | undefined {
    const [urgent] = this.#first;
    if (urgent !== undefined) {
      this.remove(urgent);
      return urgent;
    }
    const next = this.#earliest(([item]) => item);
    if (next === undefined) return undefined;
    this.#clock = next.flow.start;
    return this.#charge(next);
  }

  /**
   * An item that can run along with what was taken, of the flow whose turn comes first. Its flow is
   * charged as in its turn; items further back than a bound are not looked at.
   */
  takeAlong(fits: (item: T) => boolean): T | undefined {
    const next = this.#earliest((items) => firstOf(items, fits));
    return next && this.#charge(next);
  }

  /** Takes back the charge for a taken item that is not going to run. */
  refund(item: T): void {
    const flow = this.#flows.get(item.flow);
    if (flow !== undefined) flow.start -= item.rows;
  }

  /** Rows that are taken before an item that the flow would queue now. */
  rowsAhead(name: string): number {
    const own = this.#flows.get(name);
    const waiting = own?.rows ?? 0;
    const start = Math.max(own?.start ?? 0, this.#clock) + waiting;
    let rows = waiting;
    for (const item of this.#first) rows += item.rows;
    for (const flow of this.#flows.values()) {
      // Among equals the longer active one comes first.
      if (flow !== own) rows += Math.max(0, Math.min(flow.rows, start - flow.start + 1));
    }
    return rows;
  }

  /** When the item that has waited longest was queued, by the caller's clock. */
  oldest(queuedAt: (item: T) => number): number {
    let oldest = Infinity;
    for (const { items } of this.#flows.values()) {
      for (const item of items) {
        oldest = Math.min(oldest, queuedAt(item));
        break;
      }
    }
    return oldest;
  }

  /** The flow with the most waiting rows. */
  heaviest(): string | undefined {
    let [name, most]: [string | undefined, number] = [undefined, 0];
    for (const [candidate, { rows }] of this.#flows) {
      if (rows > most) [name, most] = [candidate, rows];
    }
    return name;
  }

  newestFirst(flow: string): T[] {
    return [...(this.#flows.get(flow)?.items ?? [])].toReversed();
  }

  #earliest(pick: (items: Set<T>) => T | undefined): { flow: Flow<T>; item: T } | undefined {
    let best: { flow: Flow<T>; item: T } | undefined;
    for (const [name, flow] of this.#flows) {
      if (flow.items.size === 0) {
        // It owes nothing any more, so it would come back as if it were new.
        if (flow.start <= this.#clock) this.#flows.delete(name);
        continue;
      }
      if (best !== undefined && flow.start >= best.flow.start) continue;
      const item = pick(flow.items);
      if (item !== undefined) best = { flow, item };
    }
    return best;
  }

  #charge({ flow, item }: { flow: Flow<T>; item: T }): T {
    flow.start += item.rows;
    this.#drop(flow, item);
    return item;
  }

  #drop(flow: Flow<T>, item: T): boolean {
    if (!flow.items.delete(item)) return false;
    flow.rows -= item.rows;
    this.#rows -= item.rows;
    // Where nobody waits there is nothing to be fair about.
    if (this.#rows === 0) this.#flows.clear();
    return true;
  }
}

function firstOf<T>(items: Set<T>, fits: (item: T) => boolean): T | undefined {
  let left = LOOK_AHEAD;
  for (const item of items) {
    if (fits(item)) return item;
    left -= 1;
    if (left === 0) return undefined;
  }
  return undefined;
}
