const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** Runs `stop` at the first signal; a second one ends the process at once. */
export function onStopSignal(stop: (signal: StopSignal) => Promise<void>): void {
  const first = (signal: StopSignal) => {
    for (const one of SIGNALS) process.off(one, first).once(one, () => process.exit(1));
    void stop(signal);
  };
  for (const one of SIGNALS) process.once(one, first);
}
