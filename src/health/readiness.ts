import { Injectable } from '@nestjs/common';
import { CredentialReadiness } from '../auth/credential.readiness.js';
import { ModelRegistry } from '../registry/model.registry.js';

/** Whether this process should be sent requests. */
@Injectable()
export class Readiness {
  #draining = false;

  constructor(
    private readonly registry: ModelRegistry,
    private readonly credentials: CredentialReadiness,
  ) {}

  /** From now on not ready, so that load balancers look elsewhere before the listener closes. */
  drain(): void {
    this.#draining = true;
  }

  report() {
    const models = this.registry
      .versions()
      .map(({ name, version, state }) => ({ name, version, state }));
    const credentials = this.credentials.ready;
    return { ready: this.registry.ready && credentials && !this.#draining, models, credentials };
  }
}
