{{/* Values that contradict each other end the installation here, each with its name. */}}
{{- define "nestor.check" -}}
{{- $values := .Values -}}
{{- $workloads := (include "nestor.workloads" . | fromJson).list -}}
{{- $keyVault := $values.keyVault -}}
{{- $usesVault := or $keyVault.apiKeys $keyVault.certificate -}}
{{- if not $workloads -}}
{{- fail "faq.enabled and vision.enabled are both false: there is nothing to deploy" -}}
{{- end -}}

{{- /* credentials */ -}}
{{- if not (or $values.auth.apiKeys.existingSecret $keyVault.apiKeys $values.auth.entra.tenantId) -}}
{{- fail "no credential source, nobody could enter: set auth.apiKeys.existingSecret, keyVault.apiKeys or auth.entra.tenantId" -}}
{{- end -}}
{{- if and $values.auth.apiKeys.existingSecret $keyVault.apiKeys -}}
{{- fail "auth.apiKeys.existingSecret and keyVault.apiKeys both name the key file: keep one" -}}
{{- end -}}
{{- if ne (empty $values.auth.entra.tenantId) (empty $values.auth.entra.audience) -}}
{{- fail "auth.entra.tenantId and auth.entra.audience belong together: set both or none" -}}
{{- end -}}
{{- if and $usesVault (not $keyVault.existingClass) -}}
{{- if not (and $keyVault.name $keyVault.tenantId $values.workloadIdentity.clientId) -}}
{{- fail "keyVault needs keyVault.name, keyVault.tenantId and workloadIdentity.clientId, or keyVault.existingClass" -}}
{{- end -}}
{{- end -}}

{{- if and $keyVault.name (not $usesVault) -}}
{{- fail "keyVault.name is set, but nothing is read from it: set keyVault.apiKeys or keyVault.certificate" -}}
{{- end -}}
{{- if not (or $values.serviceAccount.create $values.serviceAccount.name) -}}
{{- fail "serviceAccount.create=false needs serviceAccount.name, a ServiceAccount that is there" -}}
{{- end -}}

{{- /* the way in */ -}}
{{- if and (or $values.ingress.enabled $values.gateway.enabled) (not $values.host) -}}
{{- fail "host is empty: ingress and gateway answer for a name, set host (or ingress.enabled=false)" -}}
{{- end -}}
{{- if $values.ingress.enabled -}}
{{- $tls := $values.ingress.tls -}}
{{- $sources := without (list $tls.secretName $tls.certManager.issuer $tls.keyVaultCertificateUri $keyVault.certificate) "" -}}
{{- if eq (len $sources) 0 -}}
{{- fail "ingress.tls names no certificate, and the controller would show one of its own: set ingress.tls.secretName, ingress.tls.certManager.issuer, ingress.tls.keyVaultCertificateUri or keyVault.certificate" -}}
{{- end -}}
{{- if gt (len $sources) 1 -}}
{{- fail "the certificate has more than one source: keep one of ingress.tls.secretName, ingress.tls.certManager.issuer, ingress.tls.keyVaultCertificateUri and keyVault.certificate" -}}
{{- end -}}
{{- if and $tls.keyVaultCertificateUri (ne $values.ingress.controller "app-routing") -}}
{{- fail "ingress.tls.keyVaultCertificateUri is read by the app-routing add-on only: set ingress.controller=app-routing, or use keyVault.certificate" -}}
{{- end -}}
{{- end -}}
{{- if $values.gateway.enabled -}}
{{- if not $values.gateway.name }}{{ fail "gateway.enabled needs gateway.name, the Gateway that the route belongs to" }}{{ end -}}
{{- if $values.backendTLS.enabled }}{{ fail "backendTLS.enabled and gateway.enabled contradict each other: the route speaks plain HTTP to the pods" }}{{ end -}}
{{- if eq $values.gateway.canary.release (include "nestor.fullname" .) }}{{ fail "gateway.canary.release names this release: it needs a second one" }}{{ end -}}
{{- else if $values.gateway.canary.release -}}
{{- fail "gateway.canary.release needs gateway.enabled: the weights are those of the HTTPRoute" -}}
{{- end -}}
{{- if and $values.backendTLS.enabled (not $values.backendTLS.secretName) -}}
{{- fail "backendTLS.enabled needs backendTLS.secretName, a Secret with tls.crt and tls.key" -}}
{{- end -}}

{{- range $label := keys $values.podLabels -}}
{{- if regexMatch "^(app\\.kubernetes\\.io|helm\\.sh|azure\\.workload\\.identity)/" $label -}}
{{- fail (printf "podLabels has %s, which the chart sets itself" $label) -}}
{{- end -}}
{{- end -}}

{{- /* settings that need others */ -}}
{{- if and (hasKey $values.secretConfig "RATE_LIMIT_REDIS_URL") $values.networkPolicy.enabled (not $values.networkPolicy.egress) -}}
{{- fail "secretConfig.RATE_LIMIT_REDIS_URL needs networkPolicy.egress with the address and port of the Redis" -}}
{{- end -}}
{{- range $name := keys $values.secretConfig -}}
{{- if hasKey $values.config $name }}{{ fail (printf "%s is in config and in secretConfig: keep one" $name) }}{{ end -}}
{{- end -}}
{{- if and (eq $values.config.APPLICATIONINSIGHTS_AUTH "entra") (not $values.workloadIdentity.clientId) -}}
{{- fail "config.APPLICATIONINSIGHTS_AUTH=entra needs workloadIdentity.clientId" -}}
{{- end -}}
{{- if gt (len $workloads) 1 -}}
{{- if not (and $values.faq.models $values.vision.models) -}}
{{- fail "faq.models and vision.models must both name models: an empty list means all of them, and no path would lead to the right Deployment (or layout=single)" -}}
{{- end -}}
{{- range $values.faq.models }}{{ if has . $values.vision.models -}}
{{- fail (printf "%s is in faq.models and in vision.models: keep one, its /v2 paths lead to one Deployment" .) -}}
{{- end }}{{ end -}}
{{- end -}}
{{- range $name := $workloads }}{{ include "nestor.checkWorkload" (list $ $name) }}{{ end -}}
{{- end -}}

{{- define "nestor.checkWorkload" -}}
{{- $values := (index . 0).Values -}}
{{- $name := index . 1 -}}
{{- $workload := index $values $name -}}
{{- $autoscaling := $workload.autoscaling -}}
{{- if and $autoscaling.hpa.enabled $autoscaling.keda.enabled -}}
{{- fail (printf "%s.autoscaling: hpa.enabled and keda.enabled would scale the same Deployment against each other: keep one" $name) -}}
{{- end -}}
{{- if or $autoscaling.hpa.enabled $autoscaling.keda.enabled -}}
{{- if gt (int $autoscaling.minReplicas) (int $autoscaling.maxReplicas) -}}
{{- fail (printf "%s.autoscaling.minReplicas is greater than maxReplicas" $name) -}}
{{- end -}}
{{- if not (or $autoscaling.cpuUtilization $autoscaling.queueRows) -}}
{{- fail (printf "%s.autoscaling has nothing to go by: set cpuUtilization or queueRows" $name) -}}
{{- end -}}
{{- if and $autoscaling.cpuUtilization (not (dig "requests" "cpu" "" $workload.resources)) -}}
{{- fail (printf "%s.autoscaling.cpuUtilization is a share of %s.resources.requests.cpu, which is not set" $name $name) -}}
{{- end -}}
{{- end -}}
{{- if and $autoscaling.keda.enabled $autoscaling.queueRows (not $values.keda.prometheusAddress) -}}
{{- fail (printf "%s.autoscaling.queueRows with KEDA needs keda.prometheusAddress" $name) -}}
{{- end -}}
{{- range $model := keys $workload.modelVersions -}}
{{- if and $workload.models (not (has $model $workload.models)) -}}
{{- fail (printf "%s.modelVersions names %s, which is not in %s.models" $name $model $name) -}}
{{- end -}}
{{- end -}}
{{- if and $workload.gpu.enabled (not $workload.gpu.nodeSelector) -}}
{{- fail (printf "%s.gpu.enabled needs %s.gpu.nodeSelector, the label of the GPU node pool" $name $name) -}}
{{- end -}}
{{- if and $workload.gpu.enabled (ne $values.image.digest "") (eq $values.image.gpuDigest "") -}}
{{- fail (printf "%s.gpu.enabled with image.digest needs image.gpuDigest: the two images have digests of their own" $name) -}}
{{- end -}}
{{- if and (eq (toString $workload.rollingUpdate.maxSurge) "0") (eq (toString $workload.rollingUpdate.maxUnavailable) "0") -}}
{{- fail (printf "%s.rollingUpdate: maxSurge and maxUnavailable are both 0, no pod could ever be replaced" $name) -}}
{{- end -}}
{{- end -}}
