import { z } from 'zod';

const KEY = /(^|;)\s*InstrumentationKey=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*(;|$)/i;

/** What Application Insights shows as its connection string; its exporter drops a bad one silently. */
export const connectionString = z
  .string()
  .trim()
  .refine((text) => KEY.test(text), 'expected InstrumentationKey=<GUID>;…')
  .refine((text) => !/endpoint=http:/i.test(text), 'expected endpoints with https');
