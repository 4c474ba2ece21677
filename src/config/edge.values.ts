import { isIP } from 'node:net';
import { z } from 'zod';

const list = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));

/** Addresses and CIDR ranges; names and wildcards would trust more than somebody meant. */
export const addressRanges = list.pipe(
  z.array(z.string().refine(isRange, 'expected addresses or CIDR ranges, separated by commas')),
);

/** Exact origins as browsers send them; `*` would open the API to every page. */
export const origins = list.pipe(
  z.array(z.string().refine(isOrigin, 'expected origins as https://app.example.com, no wildcard')),
);

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

function isOrigin(text: string): boolean {
  if (!/^https?:[^*]*$/.test(text) || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}
