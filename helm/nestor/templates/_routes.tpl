{{/* Path prefixes and the Deployment that answers each, most specific first, as JSON: {"list": [{"path", "workload"}]}. */}}
{{- define "nestor.routes" -}}
{{- $routes := list -}}
{{- $workloads := (include "nestor.workloads" . | fromJson).list -}}
{{- $other := first $workloads -}}
{{- if gt (len $workloads) 1 -}}
{{- range $name := $workloads -}}
{{- range $prefix := list "/v1" "" -}}
{{- $routes = append $routes (dict "path" (printf "%s/%s" $prefix $name) "workload" $name) -}}
{{- end -}}
{{- range $model := (index $.Values $name).models -}}
{{- range $prefix := list "/v2/models" "/v2/repository/models" -}}
{{- $routes = append $routes (dict "path" (printf "%s/%s" $prefix $model) "workload" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $routes = append $routes (dict "path" "/score" "workload" .Values.routing.score) -}}
{{- $other = .Values.routing.other -}}
{{- end -}}
{{- dict "list" (append $routes (dict "path" "/" "workload" $other)) | toJson -}}
{{- end -}}
