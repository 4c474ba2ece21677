import type { EntraGuard } from './entra/entra.guard.js';

/** Injects the `EntraAccess`, or nothing where Azure AD is not configured. */
export const ENTRA = Symbol('EntraAccess');

/** A type only: the library behind it is loaded by auth.module.ts, and only where it is needed. */
export type EntraAccess = Pick<EntraGuard, 'canActivate' | 'ready'>;
