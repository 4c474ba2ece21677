export interface MalformedRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export function randomFrom(seed: number): () => number;
export function malformedRequest(random: () => number): MalformedRequest;
