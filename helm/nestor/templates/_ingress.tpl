{{- define "nestor.ingressClass" -}}
{{- $classes := dict "nginx" "nginx" "ingress-nginx" "nginx" "app-routing" "webapprouting.kubernetes.azure.com" "other" "" -}}
{{- .Values.ingress.className | default (index $classes .Values.ingress.controller) -}}
{{- end -}}

{{- define "nestor.ingressSecret" -}}
{{- $tls := .Values.ingress.tls -}}
{{- if $tls.secretName }}{{ $tls.secretName -}}
{{- else if .Values.keyVault.certificate }}{{ include "nestor.fullname" . }}-keyvault-tls
{{- else if $tls.keyVaultCertificateUri }}keyvault-{{ include "nestor.fullname" . }}
{{- else }}{{ include "nestor.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/*
What the controllers have to be told, each in its own words: redirect to https, bodies as large as the
server takes (their default is 1 MB: photographs would get 413), answers awaited for as long as the
server may take, HSTS, and TLS to the pods.
*/}}
{{- define "nestor.ingressAnnotations" -}}
{{- $annotations := dict -}}
{{- $controller := .Values.ingress.controller -}}
{{- $bytes := include "nestor.largest" (list . "MAX_BODY_BYTES") -}}
{{- $seconds := add 5 (divf (include "nestor.largest" (list . "REQUEST_TIMEOUT_MS")) 1000 | ceil | int64) -}}
{{- $tls := .Values.backendTLS.enabled -}}
{{- if eq $controller "nginx" -}}
{{- $_ := set $annotations "ingress.kubernetes.io/ssl-redirect" "true" -}}
{{- $_ := set $annotations "nginx.org/client-max-body-size" $bytes -}}
{{- $_ := set $annotations "nginx.org/proxy-read-timeout" (printf "%ds" $seconds) -}}
{{- $_ := set $annotations "nginx.org/proxy-send-timeout" (printf "%ds" $seconds) -}}
{{- $_ := set $annotations "nginx.org/hsts" "true" -}}
{{- $_ := set $annotations "nginx.org/hsts-max-age" "31536000" -}}
{{- if $tls -}}
{{- $services := list -}}
{{- range (include "nestor.workloads" . | fromJson).list -}}
{{- $services = append $services (printf "%s-%s" (include "nestor.fullname" $) .) -}}
{{- end -}}
{{- $_ := set $annotations "nginx.org/ssl-services" (join "," $services) -}}
{{- end -}}
{{- else if or (eq $controller "ingress-nginx") (eq $controller "app-routing") -}}
{{- $prefix := "nginx.ingress.kubernetes.io" -}}
{{- $_ := set $annotations (printf "%s/ssl-redirect" $prefix) "true" -}}
{{- $_ := set $annotations (printf "%s/force-ssl-redirect" $prefix) "true" -}}
{{- $_ := set $annotations (printf "%s/proxy-body-size" $prefix) $bytes -}}
{{- $_ := set $annotations (printf "%s/proxy-read-timeout" $prefix) ($seconds | toString) -}}
{{- $_ := set $annotations (printf "%s/proxy-send-timeout" $prefix) ($seconds | toString) -}}
{{- /* HSTS is on in this controller, and the server sends the header itself. */ -}}
{{- if $tls }}{{ $_ := set $annotations (printf "%s/backend-protocol" $prefix) "HTTPS" }}{{ end -}}
{{- end -}}
{{- with .Values.ingress.tls.keyVaultCertificateUri -}}
{{- $_ := set $annotations "kubernetes.azure.com/tls-cert-keyvault-uri" . -}}
{{- end -}}
{{- with .Values.ingress.tls.certManager -}}
{{- if .issuer -}}
{{- $_ := set $annotations (ternary "cert-manager.io/issuer" "cert-manager.io/cluster-issuer" (eq .kind "Issuer")) .issuer -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := .Values.ingress.annotations }}{{ $_ := set $annotations $name $value }}{{ end -}}
{{- toYaml $annotations -}}
{{- end -}}
