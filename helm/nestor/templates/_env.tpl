{{/* The settings of a workload, its own over the common ones, as JSON; call with (list $ "faq") */}}
{{- define "nestor.config" -}}
{{- $root := index . 0 -}}
{{- $config := deepCopy $root.Values.config -}}
{{- /* Not merge: it takes 0 for unset. */ -}}
{{- range $name, $value := (index $root.Values (index . 1)).config }}{{ $_ := set $config $name $value }}{{ end -}}
{{- $config | toJson -}}
{{- end -}}

{{/* The largest value of a setting over all workloads; call with (list $ "MAX_BODY_BYTES") */}}
{{- define "nestor.largest" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $largest := 0 -}}
{{- range (include "nestor.workloads" $root | fromJson).list -}}
{{- $largest = max $largest (index (include "nestor.config" (list $root .) | fromJson) $name | int64) -}}
{{- end -}}
{{- $largest -}}
{{- end -}}

{{/* Whole numbers are floats to Helm and would come out as 1.048576e+07. */}}
{{- define "nestor.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* Environment of a workload; call with (list $ "faq") */}}
{{- define "nestor.env" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $workload := index $values (index . 1) -}}
{{- $env := include "nestor.config" . | fromJson -}}
{{- $_ := set $env "MODELS_DIR" (ternary "/models" "/app/models" (ne $values.models.existingClaim "")) -}}
{{- with $workload.models }}{{ $_ := set $env "MODELS" (join "," .) }}{{ end -}}
{{- with $workload.modelVersions -}}
{{- $pins := list -}}
{{- range $name, $version := . }}{{ $pins = append $pins (printf "%s:%d" $name (int64 $version)) }}{{ end -}}
{{- $_ := set $env "MODEL_VERSIONS" (join "," $pins) -}}
{{- end -}}
{{- $_ := set $env "EXECUTION_PROVIDERS" (ternary "cuda,cpu" "cpu" $workload.gpu.enabled) -}}
{{- if $values.backendTLS.enabled -}}
{{- $_ := set $env "PORT" 8443 -}}
{{- $_ := set $env "TLS_CERT_FILE" "/etc/nestor/tls/tls.crt" -}}
{{- $_ := set $env "TLS_KEY_FILE" "/etc/nestor/tls/tls.key" -}}
{{- else -}}
{{- $_ := set $env "PORT" 8080 -}}
{{- $_ := set $env "TLS" "off" -}}
{{- end -}}
{{- with $values.trustedProxies }}{{ $_ := set $env "TRUST_PROXY" (join "," .) }}{{ end -}}
{{- if $values.auth.apiKeys.existingSecret -}}
{{- $_ := set $env "API_KEYS_FILE" (printf "/etc/nestor/keys/%s" $values.auth.apiKeys.key) -}}
{{- else if $values.keyVault.apiKeys -}}
{{- $_ := set $env "API_KEYS_FILE" "/etc/nestor/keyvault/keys.json" -}}
{{- end -}}
{{- with $values.auth.entra -}}
{{- with .tenantId }}{{ $_ := set $env "AZURE_AD_TENANT_ID" . }}{{ end -}}
{{- with .audience }}{{ $_ := set $env "AZURE_AD_AUDIENCE" . }}{{ end -}}
{{- with .clientId }}{{ $_ := set $env "AZURE_AD_CLIENT_ID" . }}{{ end -}}
{{- with .metadataUrl }}{{ $_ := set $env "AZURE_AD_METADATA_URL" . }}{{ end -}}
{{- if .allowV1 }}{{ $_ := set $env "AZURE_AD_ALLOW_V1" "true" }}{{ end -}}
{{- end -}}
{{- range $name, $value := $env }}
- name: {{ $name }}
  value: {{ include "nestor.text" $value | quote }}
{{- end -}}
{{- range $name, $secret := $values.secretConfig }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name }}
      key: {{ $secret.key }}
{{- end -}}
{{- end -}}
