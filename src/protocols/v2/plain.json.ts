import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map } from 'rxjs';

/** Answers exactly application/json: Fastify would add a charset, which some clients do not know. */
export class PlainJson implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (Buffer.isBuffer(answer)) return answer;
        void reply.header('content-type', 'application/json');
        return Buffer.from(JSON.stringify(answer));
      }),
    );
  }
}
