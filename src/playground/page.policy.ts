import type { SignIn } from './sign.in.js';

/** Only what the page itself brings; sign-in adds the one host that hands out tokens. */
export function contentPolicy(signIn: SignIn | undefined): string {
  const microsoft = signIn === undefined ? '' : ` ${new URL(signIn.authority).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src 'self'${microsoft}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join(';');
}
