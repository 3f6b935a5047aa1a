{{/* Where the gateway's pods may run. */}}

{{- define "portcullis.placement" -}}
{{- $values := .Values -}}
{{- $own := dict "matchLabels" (include "portcullis.selector" (list . "gateway") | fromYaml) -}}
{{- if and (eq $values.kind "Deployment") $values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range $values.topologySpreadConstraints }}
    - {{ merge (deepCopy .) (dict "labelSelector" $own) | toYaml | indent 6 | trim }}
    {{- end }}
{{- end }}
{{- include "portcullis.given" (list 2 $values "nodeSelector" "tolerations" "affinity" "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" "dnsConfig" "hostAliases") }}
{{- end -}}

{{/* "true" where the budget never lets a pod go. */}}
{{- define "portcullis.blocksDrains" -}}
{{- $budget := .Values.podDisruptionBudget -}}
{{- if and $budget.enabled (eq .Values.kind "Deployment") -}}
{{- $fewest := int (ternary .Values.autoscaling.minReplicas .Values.replicas .Values.autoscaling.enabled) -}}
{{- $least := toString $budget.minAvailable -}}
{{- $most := toString $budget.maxUnavailable -}}
{{- if kindIs "invalid" $budget.minAvailable -}}
{{- if has $most (list "0" "0%") -}}true{{- end -}}
{{- else if or (eq $least "100%") (and (not (hasSuffix "%" $least)) (ge (int $least) $fewest)) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* The keys of a mapping that are not empty, as they are, on lines of their own:
     (list INDENT MAPPING KEY...). */}}
{{- define "portcullis.given" -}}
{{- $given := dict -}}
{{- range $key := slice . 2 -}}
{{- $value := get (index $ 1) $key -}}
{{- if and (not (kindIs "invalid" $value)) (not (empty $value)) -}}
{{- $_ := set $given $key $value -}}
{{- end -}}
{{- end -}}
{{- with $given -}}
{{- toYaml . | nindent (int (first $)) -}}
{{- end -}}
{{- end -}}
