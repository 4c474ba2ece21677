import { Injectable } from '@nestjs/common';
import type { EngineWork } from '../../engine/engine.model.js';
import { ModelRegistry } from '../../registry/model.registry.js';
import { gauge } from './meter.js';

/** The state of the models at the moment of a scrape. */
@Injectable()
export class ModelGauges {
  constructor(private readonly registry: ModelRegistry) {
    gauge(
      { name: 'nestor.ready', description: '1 when every served model can score.' },
      (observe) => observe(registry.ready ? 1 : 0),
    );
    gauge(
      {
        name: 'nestor.model.ready',
        description:
          '1 when the version can score, 0 when it was refused or its instances are down.',
      },
      (observe) => {
        for (const entry of registry.versions()) {
          const ready = entry.state === 'ready' && entry.model.healthy;
          observe(ready ? 1 : 0, { model: entry.name, version: entry.version });
        }
      },
    );
    gauge(
      { name: 'nestor.model.info', description: 'Versions in service; the one without a choice.' },
      (observe) => {
        for (const entry of registry.versions()) {
          if (entry.state !== 'ready') continue;
          const { name, version, model } = entry;
          const serving = registry.serving(name)?.version === version;
          observe(1, { model: name, version, kind: model.kind, serving });
        }
      },
    );
    this.#work('nestor.model.queue.rows', 'Rows that wait.', (work) => work.queuedRows);
    this.#work('nestor.model.running.rows', 'Rows that run.', (work) => work.runningRows);
    this.#work('nestor.model.instances', 'Instances that are up.', (work) => work.instances);
  }

  #work(name: string, description: string, value: (work: EngineWork) => number): void {
    gauge({ name, description }, (observe) => {
      for (const entry of this.registry.versions()) {
        if (entry.state !== 'ready') continue;
        observe(value(entry.model.work), { model: entry.name, version: entry.version });
      }
    });
  }
}
