import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { z } from 'zod';
import { type Fault, pointerTo, RequestError } from './request.errors.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Checks bodies and queries against the schema that their decorator names. */
export class SchemaPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: invalid });
  }
}

/** @throws RequestError `invalid-body` with a fault for each wrong place */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues);
}

function invalid(issues: readonly Issue[]): RequestError {
  const faults = issues.map(({ path = [], message }): Fault => {
    const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
    return { pointer: pointerTo(keys), message };
  });
  const [first] = faults;
  const where = first === undefined || first.pointer === '' ? '' : ` at ${first.pointer}`;
  const text = `The request is not as expected${where}: ${first?.message ?? ''}.`;
  return new RequestError('invalid-body', text, faults);
}
