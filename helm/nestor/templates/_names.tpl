{{- define "nestor.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What every pod of the release has. */}}
{{- define "nestor.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "nestor.labels" -}}
{{ include "nestor.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "nestor.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "nestor.fullname" .) -}}
{{- end -}}

{{/* The Deployments of this release as JSON: {"list": ["faq", "vision"]}. */}}
{{- define "nestor.workloads" -}}
{{- $list := list -}}
{{- if eq .Values.layout "single" -}}
{{- $list = list "single" -}}
{{- else -}}
{{- if .Values.faq.enabled }}{{ $list = append $list "faq" }}{{ end -}}
{{- if .Values.vision.enabled }}{{ $list = append $list "vision" }}{{ end -}}
{{- end -}}
{{- dict "list" $list | toJson -}}
{{- end -}}

{{/* image reference of a workload; call with (dict "root" $ "gpu" true|false) */}}
{{- define "nestor.image" -}}
{{- $image := .root.Values.image -}}
{{- $tag := $image.tag | default .root.Chart.AppVersion -}}
{{- $digest := $image.digest -}}
{{- if .gpu -}}
{{- $tag = $image.gpuTag | default (printf "%s-gpu" $tag) -}}
{{- $digest = $image.gpuDigest -}}
{{- end -}}
{{- if $digest -}}
{{- printf "%s:%s@%s" $image.repository $tag $digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository $tag -}}
{{- end -}}
{{- end -}}

{{- define "nestor.keyVaultClass" -}}
{{- .Values.keyVault.existingClass | default (printf "%s-keyvault" (include "nestor.fullname" .)) -}}
{{- end -}}

{{/* Whether a kind that an operator brings is to be rendered; call with (list $ "auto|always|never" "group/version/Kind") */}}
{{- define "nestor.wants" -}}
{{- $root := index . 0 -}}
{{- if or (eq (index . 1) "always") (and (eq (index . 1) "auto") ($root.Capabilities.APIVersions.Has (index . 2))) -}}yes{{- end -}}
{{- end -}}
