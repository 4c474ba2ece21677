/** Which changes have come to rest: two looks in a row have seen the same. */
export class SettledLooks {
  readonly #seen = new Map<number, string>();

  /** True at the second look that sees this of a version; the count starts anew after it. */
  has(version: number, seen: string): boolean {
    const settled = this.#seen.get(version) === seen;
    if (settled) this.#seen.delete(version);
    else this.#seen.set(version, seen);
    return settled;
  }

  forget(version: number): void {
    this.#seen.delete(version);
  }
}
