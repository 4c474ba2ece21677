import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { ENGINE_OBSERVER } from '../engine/engine.observer.js';
import { RegistryModule } from '../registry/registry.module.js';
import { SCORING_OBSERVER } from '../scoring/scoring.observer.js';
import { PredictionDrift } from './drift/prediction.drift.js';
import { EngineWatch } from './engine.watch.js';
import { EngineMetrics } from './metrics/engine.metrics.js';
import { ModelGauges } from './metrics/model.gauges.js';
import { ScoringMetrics } from './metrics/scoring.metrics.js';

/** Global, since engine and scoring tell their observers and do not know who these are. */
@Global()
@Module({
  imports: [ConfigModule, RegistryModule],
  providers: [
    EngineMetrics,
    ModelGauges,
    PredictionDrift,
    { provide: ENGINE_OBSERVER, useClass: EngineWatch },
    { provide: SCORING_OBSERVER, useClass: ScoringMetrics },
  ],
  exports: [ENGINE_OBSERVER, SCORING_OBSERVER],
})
export class TelemetryModule {}
