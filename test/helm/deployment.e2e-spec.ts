import { expect, it } from '@jest/globals';
import { all, container, describeChart, environment, one, render } from '../support/helm.js';

const podOf = (deployment: any) => deployment.spec.template.spec;

describeChart('the Deployments', () => {
  it('are one for each scenario, each with its models', () => {
    const deployments = all(render(), 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual([
      'demo-nestor-faq',
      'demo-nestor-vision',
    ]);
    expect(deployments.map((one) => environment(one)['MODELS'])).toEqual(['faq', 'vision']);
    expect(deployments.map(({ spec }) => spec.replicas)).toEqual([2, 2]);
  });

  it('are one with every model in layout single', () => {
    const [deployment, ...others] = all(render({ layout: 'single' }), 'Deployment');
    expect(others).toEqual([]);
    expect(deployment?.metadata.name).toBe('demo-nestor-single');
    expect(environment(deployment as never)).not.toHaveProperty('MODELS');
  });

  it('leave out a scenario that is not enabled', () => {
    const manifests = render({ vision: { enabled: false } });
    expect(all(manifests, 'Deployment')).toHaveLength(1);
    expect(all(manifests, 'Service')).toHaveLength(1);
  });

  it('run unprivileged as Pod Security "restricted" asks', () => {
    for (const deployment of all(render(), 'Deployment')) {
      expect(podOf(deployment)).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      });
      expect(container(deployment).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('probe liveness and readiness by the scheme that the pods speak', () => {
    const schemes = (values: object) => {
      const { startupProbe, readinessProbe, livenessProbe, ports } = container(
        one(render(values), 'Deployment', 'faq'),
      );
      const probes = [startupProbe, readinessProbe, livenessProbe];
      expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/readyz', '/readyz', '/livez']);
      return [
        ...[startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.scheme),
        ports[0].containerPort,
      ];
    };
    expect(schemes({})).toEqual(['HTTP', 'HTTP', 'HTTP', 8080]);
    const tls = { backendTLS: { enabled: true, secretName: 'backend' } };
    expect(schemes(tls)).toEqual(['HTTPS', 'HTTPS', 'HTTPS', 8443]);
  });

  it('start a pod anew whose models have not come up in time', () => {
    const { startupProbe } = container(one(render({ startupSeconds: 61 }), 'Deployment', 'faq'));
    expect(startupProbe).toMatchObject({ periodSeconds: 2, failureThreshold: 31 });
  });

  it('give the server time for its sleep, its drain and its last telemetry', () => {
    const graceOf = (values: object) => {
      const pod = podOf(one(render(values), 'Deployment', 'faq'));
      return [pod.containers[0].lifecycle.preStop.sleep.seconds, pod.terminationGracePeriodSeconds];
    };
    expect(graceOf({})).toEqual([5, 5 + 2 + 10 + 5]);
    expect(
      graceOf({
        preStopSeconds: 15,
        config: { SHUTDOWN_GRACE_MS: 30_500 },
        faq: { config: { SHUTDOWN_DELAY_MS: 0 } },
      }),
    ).toEqual([15, 15 + 31 + 5]);
  });

  it('replace no pod before its successor is ready', () => {
    const { spec } = one(render(), 'Deployment', 'vision');
    expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });

  it('spread over zones and nodes', () => {
    const { topologySpreadConstraints } = podOf(one(render(), 'Deployment', 'faq'));
    expect(topologySpreadConstraints.map((spread: any) => spread.topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    expect(topologySpreadConstraints[0].labelSelector.matchLabels).toHaveProperty(
      ['app.kubernetes.io/component'],
      'faq',
    );
  });

  it('take a GPU for each pod from nodes of the GPU pool alone', () => {
    const manifests = render({ vision: { gpu: { enabled: true } } });
    const vision = one(manifests, 'Deployment', 'vision');
    expect(container(vision)).toMatchObject({
      image: 'nestor:0.1.0-gpu',
      resources: { limits: { 'nvidia.com/gpu': 1, cpu: 2, memory: '1Gi' } },
    });
    expect(podOf(vision)).toMatchObject({
      nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.azure.com/accelerator': 'nvidia' },
      tolerations: [{ key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }],
    });
    expect(environment(vision)['EXECUTION_PROVIDERS']).toBe('cuda,cpu');
    const faq = one(manifests, 'Deployment', 'faq');
    expect(container(faq).image).toBe('nestor:0.1.0');
    expect(podOf(faq)).not.toHaveProperty('tolerations');
    expect(podOf(faq).nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' });
  });

  it('name the image by digest where there is one', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const image = { repository: 'r.example.com/nestor', tag: '1.2.3', digest };
    const deployment = one(render({ image }), 'Deployment', 'faq');
    expect(container(deployment).image).toBe(`r.example.com/nestor:1.2.3@${digest}`);
  });

  it('pull with the credentials and run with the priority, labels and annotations given', () => {
    const deployment = one(
      render({
        image: { pullSecrets: ['registry'] },
        priorityClassName: 'high',
        podLabels: { team: 'search' },
        podAnnotations: { note: 'x' },
        faq: { affinity: { nodeAffinity: {} }, nodeSelector: { pool: 'cpu' } },
      }),
      'Deployment',
      'faq',
    );
    const { metadata, spec } = deployment.spec.template;
    expect(spec).toMatchObject({
      imagePullSecrets: [{ name: 'registry' }],
      priorityClassName: 'high',
      affinity: { nodeAffinity: {} },
      nodeSelector: { pool: 'cpu' },
    });
    expect(metadata.labels.team).toBe('search');
    expect(metadata.annotations.note).toBe('x');
  });

  it('leave the number of pods to what scales them', () => {
    for (const scaler of ['hpa', 'keda']) {
      const values = { faq: { autoscaling: { [scaler]: { enabled: true } } } };
      expect(one(render(values), 'Deployment', 'faq').spec).not.toHaveProperty('replicas');
    }
  });

  it('mount keys, certificate, Key Vault and models read-only', () => {
    const deployment = one(
      render({
        backendTLS: { enabled: true, secretName: 'backend' },
        models: { existingClaim: 'repository' },
      }),
      'Deployment',
      'faq',
    );
    const mounts = container(deployment).volumeMounts as { name: string; readOnly?: boolean }[];
    expect(mounts.map(({ name }) => name)).toEqual(['tmp', 'keys', 'tls', 'models']);
    expect(mounts.filter(({ readOnly }) => !readOnly).map(({ name }) => name)).toEqual(['tmp']);
    expect(podOf(deployment).volumes.map(({ name }: any) => name)).toEqual(
      mounts.map(({ name }) => name),
    );
    expect(environment(deployment)).toMatchObject({
      MODELS_DIR: '/models',
      TLS_CERT_FILE: '/etc/nestor/tls/tls.crt',
      API_KEYS_FILE: '/etc/nestor/keys/keys.json',
    });
  });
});
