const WIDTH = 30;

/** A bar of block characters for a probability, with its percentage. */
export function bar(probability: number): string {
  const full = Math.round(probability * WIDTH);
  const percent = (probability * 100).toFixed(1).padStart(5);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent} %`;
}
