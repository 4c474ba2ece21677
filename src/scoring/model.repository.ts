import { Injectable } from '@nestjs/common';
import { type AuditEvent, audit } from '../audit/audit.js';
import type { IndexedVersion } from '../registry/model.version.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { ScoringError } from './scoring.errors.js';

export type { IndexedVersion } from '../registry/model.version.js';

/** Who asks, for the audit trail. */
export type Asker = Pick<AuditEvent, 'principal' | 'requestId'>;

/** What may be asked of the models folder; every change leaves a line in the audit trail. */
@Injectable()
export class ModelRepository {
  constructor(private readonly registry: ModelRegistry) {}

  /** Every version, by name and highest first. */
  index(): Promise<IndexedVersion[]> {
    return this.registry.index();
  }

  /**
   * Loads all versions of a model anew; resolves when the highest one answers and what it replaces
   * has ended.
   * @throws ScoringError `model-not-found`, or `model-refused` when the highest one is not good:
   * what was served before goes on
   */
  load(name: string, asker: Asker): Promise<void> {
    return audited('model.load', name, asker, async () => {
      const [highest] = await this.registry.reload(name);
      if (highest === undefined) throw notFound();
      if (highest.change !== 'refused') return;
      const still = this.registry.serving(name);
      throw new ScoringError(
        'model-refused',
        `Model ${name} version ${highest.version} is refused: ${highest.reason}. ` +
          (still === undefined ? 'No version answers.' : `Version ${still.version} answers.`),
      );
    });
  }

  /**
   * Takes a model out of service; resolves when its last request has its answer.
   * @throws ScoringError `model-not-found`
   */
  unload(name: string, asker: Asker): Promise<void> {
    return audited('model.unload', name, asker, async () => {
      if (!(await this.registry.unload(name))) throw notFound();
    });
  }
}

async function audited(
  action: AuditEvent['audit'],
  target: string,
  asker: Asker,
  task: () => Promise<void>,
): Promise<void> {
  const event = { audit: action, target, ...asker };
  try {
    await task();
    audit({ ...event, result: 'done' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // A name that is none of ours may be anything: nothing of a path goes into the log.
    const isOurs = !(error instanceof ScoringError && error.code === 'model-not-found');
    audit({ ...event, target: isOurs ? target : 'unknown model', result: 'refused', reason });
    throw error;
  }
}

function notFound(): ScoringError {
  const text = 'No model of this name is in the models folder and among those that may be served.';
  return new ScoringError('model-not-found', text);
}
