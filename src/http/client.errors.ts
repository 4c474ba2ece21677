import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { RequestErrorCode } from './request.errors.js';

export interface BareProblem {
  readonly status: number;
  /** Problem details as JSON text. */
  readonly body: string;
}

export type WriteProblem = (code: RequestErrorCode, requestId: string) => BareProblem;

const logger = new Logger('Edge');

/** Answers what Node's parser refuses and what did not come in time; there is no request yet. */
export function answerClientErrors(writeProblem: WriteProblem) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    const code = codeOf(error);
    logger.debug(`${code ?? 'connection lost'}: ${error.code}`);
    if (code === undefined || !socket.writable || answered(socket)) return void socket.destroy();
    // Spare connections of browsers and load balancers never sent anything that could be answered.
    if (code === 'request-too-slow' && socket.bytesRead === 0) return void socket.destroy();
    socket.write(rawAnswer(code, writeProblem));
    socket.destroySoon();
  };
}

function codeOf({ code = '' }: NodeJS.ErrnoException): RequestErrorCode | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-too-slow';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  // The rest are faults of TLS and of the connection, where nothing can be said.
  return code.startsWith('HPE_') ? 'malformed-request' : undefined;
}

/** Whether an answer has begun on the connection, which a second one would garble. */
function answered(socket: Socket & { _httpMessage?: { headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent ?? false;
}

function rawAnswer(code: RequestErrorCode, writeProblem: WriteProblem): string {
  const requestId = randomUUID();
  const { status, body } = writeProblem(code, requestId);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
