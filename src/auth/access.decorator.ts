import { SetMetadata } from '@nestjs/common';
import type { Scope } from './principal.js';

/** Who may call a route. A route without one of these decorators is closed to everybody. */
export type Access = 'public' | 'any-credential' | { readonly anyOf: readonly Scope[] };

export const ACCESS = Symbol('Access');

export const Public = () => SetMetadata(ACCESS, 'public' satisfies Access);

export const AnyCredential = () => SetMetadata(ACCESS, 'any-credential' satisfies Access);

/** One of the scopes is enough to enter; `requireScope` decides where the body's kind matters. */
export const RequireScope = (...anyOf: Scope[]) => SetMetadata(ACCESS, { anyOf } satisfies Access);
