import { move, transferableSymbol, valueSymbol } from 'piscina';

/**
 * A result of the thread whose buffers move to the caller instead of being copied.
 * @param buffers each once
 */
export function moved<Result>(result: Result, buffers: readonly ArrayBuffer[]): Result {
  const marked = { [valueSymbol]: result, [transferableSymbol]: buffers };
  return move(marked as never) as Result;
}
