/** Rows on their way to a queue, by flow. */
export class ExpectedRows {
  readonly #flows = new Map<string, number>();
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  rowsOf(flow: string): number {
    return this.#flows.get(flow) ?? 0;
  }

  /** Counts rows until what it gives is disposed of; twice does no harm. */
  add(flow: string, rows: number): Disposable {
    this.#count(flow, rows);
    let counted = true;
    return {
      [Symbol.dispose]: () => {
        if (counted) this.#count(flow, -rows);
        counted = false;
      },
    };
  }

  #count(flow: string, rows: number): void {
    this.#rows += rows;
    const left = this.rowsOf(flow) + rows;
    if (left > 0) this.#flows.set(flow, left);
    else this.#flows.delete(flow);
  }
}
