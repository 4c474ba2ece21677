{{/* Seconds of grace: the sleep before SIGTERM, the server's drain, and telemetry's last export. */}}
{{- define "nestor.graceSeconds" -}}
{{- $config := include "nestor.config" . | fromJson -}}
{{- $drain := add (int64 $config.SHUTDOWN_DELAY_MS) (int64 $config.SHUTDOWN_GRACE_MS) -}}
{{- add (int64 (index . 0).Values.preStopSeconds) (divf $drain 1000 | ceil | int64) 5 -}}
{{- end -}}

{{- define "nestor.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "nestor.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "nestor.probe" -}}
httpGet:
  path: {{ .path }}
  port: api
  scheme: {{ .scheme }}
{{- end -}}

{{/* Container of a workload; call with (list $ "faq") */}}
{{- define "nestor.container" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $workload := index $values (index . 1) -}}
{{- $tls := $values.backendTLS.enabled -}}
{{- $scheme := ternary "HTTPS" "HTTP" $tls -}}
name: nestor
image: {{ include "nestor.image" (dict "root" $root "gpu" $workload.gpu.enabled) }}
imagePullPolicy: {{ $values.image.pullPolicy }}
ports:
  - name: api
    containerPort: {{ ternary 8443 8080 $tls }}
  - name: management
    containerPort: 9090
env:
  {{- include "nestor.env" . | trim | nindent 2 }}
# A model that did not come up, because its process was killed for memory, is loaded anew by a restart.
startupProbe:
  {{- include "nestor.probe" (dict "path" "/readyz" "scheme" $scheme) | nindent 2 }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ divf $values.startupSeconds 2 | ceil | int }}
readinessProbe:
  {{- include "nestor.probe" (dict "path" "/readyz" "scheme" $scheme) | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  {{- include "nestor.probe" (dict "path" "/livez" "scheme" $scheme) | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
  # What does not answer will not drain either.
  terminationGracePeriodSeconds: 10
lifecycle:
  preStop:
    # Load balancers hear of the end of a pod only now; until then it answers as ever.
    sleep:
      seconds: {{ $values.preStopSeconds }}
resources:
  {{- $resources := deepCopy $workload.resources -}}
  {{- if $workload.gpu.enabled -}}
  {{- $_ := set $resources "limits" (set (deepCopy ($resources.limits | default dict)) "nvidia.com/gpu" 1) -}}
  {{- end -}}
  {{- toYaml $resources | nindent 2 }}
securityContext:
  {{- include "nestor.containerSecurity" . | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if $values.auth.apiKeys.existingSecret }}
  - name: keys
    mountPath: /etc/nestor/keys
    readOnly: true
  {{- end }}
  {{- if or $values.keyVault.apiKeys $values.keyVault.certificate }}
  - name: keyvault
    mountPath: /etc/nestor/keyvault
    readOnly: true
  {{- end }}
  {{- if $tls }}
  - name: tls
    mountPath: /etc/nestor/tls
    readOnly: true
  {{- end }}
  {{- if $values.models.existingClaim }}
  - name: models
    mountPath: /models
    readOnly: true
  {{- end }}
{{- end -}}

{{- define "nestor.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .Values.auth.apiKeys.existingSecret }}
- name: keys
  secret:
    secretName: {{ . }}
    {{- /* 0440, in a notation that every parser reads alike */}}
    defaultMode: 288
{{- end }}
{{- if or .Values.keyVault.apiKeys .Values.keyVault.certificate }}
- name: keyvault
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes:
      secretProviderClass: {{ include "nestor.keyVaultClass" . }}
{{- end }}
{{- if .Values.backendTLS.enabled }}
- name: tls
  secret:
    secretName: {{ .Values.backendTLS.secretName }}
    {{- /* 0440, in a notation that every parser reads alike */}}
    defaultMode: 288
{{- end }}
{{- with .Values.models.existingClaim }}
- name: models
  persistentVolumeClaim:
    claimName: {{ . }}
    readOnly: true
{{- end }}
{{- end -}}

{{/* Pod of a workload; call with (list $ "faq") */}}
{{- define "nestor.podSpec" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $values := $root.Values -}}
{{- $workload := index $values $name -}}
serviceAccountName: {{ include "nestor.serviceAccountName" $root }}
automountServiceAccountToken: false
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
terminationGracePeriodSeconds: {{ include "nestor.graceSeconds" . }}
securityContext:
  {{- include "nestor.podSecurity" . | nindent 2 }}
containers:
  - {{ include "nestor.container" . | nindent 4 | trim }}
volumes:
  {{- include "nestor.volumes" $root | nindent 2 }}
nodeSelector:
  kubernetes.io/os: linux
  {{- with $workload.nodeSelector }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if $workload.gpu.enabled }}
  {{- toYaml $workload.gpu.nodeSelector | nindent 2 }}
  {{- end }}
{{- with concat $workload.tolerations (ternary $workload.gpu.tolerations list $workload.gpu.enabled) }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $workload.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
    {{- /* Each rollout is spread by itself, as its predecessor is about to go. */}}
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "nestor.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $name }}
  {{- end }}
{{- end -}}
