const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/**
 * Runs `stop` at the first signal and ends the process after it, with code 0, or 1 where it failed.
 * Work that nobody waits for, such as a model that is still being loaded, does not hold the end up.
 * A second signal ends the process at once, with code 1.
 */
export function onStopSignal(stop: (signal: StopSignal) => Promise<void>): void {
  const first = (signal: StopSignal) => {
    for (const one of SIGNALS) process.off(one, first).once(one, () => process.exit(1));
    stop(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const one of SIGNALS) process.once(one, first);
}
