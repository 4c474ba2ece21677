import { InvalidArgumentError } from 'commander';

const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;

export function parseId(id: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(id)) return id;
  throw new InvalidArgumentError('expected 1 to 64 letters, digits, dots, dashes and underscores');
}

export function parseExpiry(time: string): Date {
  return new Date(Date.now() + parseDuration(time));
}

/** @returns milliseconds */
export function parseDuration(time: string): number {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(time) ?? [];
  if (count !== undefined) return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  throw new InvalidArgumentError('expected a number and h or d, as in 90d');
}

export function parseRate(rate: string): number {
  const number = Number(rate);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('expected a whole number above 0');
}

/** A name as Kubernetes takes it for a Secret or a namespace. */
export function parseKubernetesName(name: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) return name;
  throw new InvalidArgumentError('expected lower-case letters, digits, dots and dashes');
}
