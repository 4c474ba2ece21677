import { afterEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { hearComplaints } from './sdk.complaints.js';

afterEach(() => diag.disable());

describe('complaints of the SDK', () => {
  it('are told once a minute, with the message and not the stack', () => {
    const lines: string[] = [];
    hearComplaints((message) => lines.push(message));
    const error = JSON.stringify({
      stack: 'Error at /secret/path',
      message: 'connect ECONNREFUSED',
    });
    for (let times = 0; times < 100; times += 1) diag.error(error);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('connect ECONNREFUSED');
    expect(lines[0]).not.toContain('/secret/path');
  });

  it('leave out what is no warning', () => {
    const lines: string[] = [];
    hearComplaints((message) => lines.push(message));
    diag.info('Exporting 3 span(s)');
    diag.debug('HttpSender shutting down');
    expect(lines).toEqual([]);
  });
});
