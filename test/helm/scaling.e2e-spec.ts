import { expect, it } from '@jest/globals';
import { all, describeChart, one, render } from '../support/helm.js';

const autoscaled = (autoscaling: object, values: object = {}) =>
  render({ faq: { autoscaling }, ...values });

describeChart('the HorizontalPodAutoscaler', () => {
  it('scales one Deployment by its processors', () => {
    const [scaler, ...others] = all(
      autoscaled({ hpa: { enabled: true }, maxReplicas: 9 }),
      'HorizontalPodAutoscaler',
    );
    expect(others).toEqual([]);
    expect(scaler?.spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo-nestor-faq' },
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    });
  });

  it('scales by the rows that wait in a pod', () => {
    const manifests = autoscaled(
      { hpa: { enabled: true }, cpuUtilization: 0, queueRows: 8 },
      { monitoring: { queueMetric: 'own_queue_rows' } },
    );
    expect(one(manifests, 'HorizontalPodAutoscaler').spec.metrics).toEqual([
      {
        type: 'Pods',
        pods: {
          metric: { name: 'own_queue_rows' },
          target: { type: 'AverageValue', averageValue: '8' },
        },
      },
    ]);
  });

  it('gives pods up slowly', () => {
    const { behavior } = one(
      autoscaled({ hpa: { enabled: true } }),
      'HorizontalPodAutoscaler',
    ).spec;
    expect(behavior.scaleUp.stabilizationWindowSeconds).toBe(0);
    expect(behavior.scaleDown.stabilizationWindowSeconds).toBe(300);
  });
});

describeChart('the ScaledObject', () => {
  const keda = { prometheusAddress: 'https://prometheus.example.com', authentication: 'azure' };

  it('scales by processors and by the queue that Prometheus knows of', () => {
    const manifests = autoscaled({ keda: { enabled: true }, queueRows: 8 }, { keda });
    expect(all(manifests, 'HorizontalPodAutoscaler')).toEqual([]);
    const { spec } = one(manifests, 'ScaledObject');
    expect(spec).toMatchObject({
      scaleTargetRef: { name: 'demo-nestor-faq' },
      minReplicaCount: 2,
      maxReplicaCount: 6,
    });
    expect(spec.triggers).toEqual([
      { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } },
      {
        type: 'prometheus',
        metricType: 'AverageValue',
        metadata: {
          serverAddress: 'https://prometheus.example.com',
          query: 'sum(nestor_model_queue_rows{namespace="scoring",pod=~"demo-nestor-faq-.*"})',
          threshold: '8',
        },
        authenticationRef: { name: 'azure' },
      },
    ]);
  });
});

describeChart('the PodDisruptionBudgets', () => {
  it('let one pod of each Deployment go at a time, so that every node can be drained', () => {
    const manifests = render();
    for (const budget of all(manifests, 'PodDisruptionBudget')) {
      expect(budget.spec.maxUnavailable).toBe(1);
      const deployment = one(manifests, 'Deployment', budget.metadata.name);
      expect(budget.spec.selector).toEqual(deployment.spec.selector);
    }
    expect(all(manifests, 'PodDisruptionBudget')).toHaveLength(2);
  });
});
