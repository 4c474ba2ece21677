import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { schemesOf } from './challenges.js';
import { ENTRA, type EntraAccess } from './entra.access.js';

/** Whether there is something to verify credentials with. */
@Injectable()
export class CredentialReadiness {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Optional() @Inject(ENTRA) private readonly entra: EntraAccess | undefined,
  ) {}

  /** With API keys the server is of use while the identity provider is away. */
  get ready(): boolean {
    return schemesOf(this.config).apiKeys || this.entra?.ready === true;
  }
}
