import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { malformedRequest, randomFrom } from '../bench/v2.bodies.mjs';
import { modelsFolder } from './support/models.js';
import { TestServer } from './support/server.js';

describe('malformed inference requests', () => {
  const models = modelsFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS_DIR: models });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(models, { recursive: true });
  });

  it('are refused with a reason, never with a fault of the server', async () => {
    const random = randomFrom(20);
    let refused = 0;
    for (let count = 0; count < 300; count += 1) {
      const { path, headers, body } = malformedRequest(random);
      const answer = await server.request(path, { method: 'POST', headers, body });
      expect([count, answer.status < 500]).toEqual([count, true]);
      if (answer.status === 200) continue;
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.json().error.length).toBeGreaterThan(10);
      refused += 1;
    }
    expect(refused).toBeGreaterThan(150);
    expect(server.faults()).toEqual([]);
  });
});
