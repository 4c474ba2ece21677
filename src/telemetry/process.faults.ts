import type { JsonLogger } from './logger.js';

/**
 * What Node would print as it is on standard error becomes redacted lines: warnings, and the error
 * that ends the process.
 */
export function logProcessFaults(logger: JsonLogger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn(warning, 'Process'));
  // Rejections that nobody handles come here too.
  process.on('uncaughtException', (error) => {
    logger.fatal(error instanceof Error ? error : `thrown: ${typeof error}`, 'Process');
    process.exit(1);
  });
}
