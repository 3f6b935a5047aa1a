{{/* The groups of files/alerts.yaml, without what is not wanted and with what is. */}}

{{- define "portcullis.rules" -}}
{{- $values := .Values.prometheusRule -}}
{{- $known := list -}}
{{- $groups := list -}}
{{- range $group := (.Files.Get "files/alerts.yaml" | fromYaml).groups -}}
{{- $rules := list -}}
{{- range $rule := $group.rules -}}
{{- if $rule.alert -}}
{{- $known = append $known $rule.alert -}}
{{- $_ := set $rule "labels" (merge (deepCopy $values.alertLabels) ($rule.labels | default dict)) -}}
{{- with $values.runbookBaseUrl -}}
{{- $page := base ($rule.annotations.runbook_url | default "") -}}
{{- $_ := set $rule.annotations "runbook_url" (printf "%s/%s" (trimSuffix "/" .) $page) -}}
{{- end -}}
{{- end -}}
{{- if not (and $rule.alert (has $rule.alert $values.disabled)) -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- end -}}
{{- if $rules -}}
{{- $_ := set $group "rules" $rules -}}
{{- $groups = append $groups $group -}}
{{- end -}}
{{- end -}}
{{- range $values.disabled -}}
{{- if not (has . $known) -}}
{{- fail (printf "portcullis: prometheusRule.disabled names %s, and there is no such alert: the alerts are %s" . (join ", " $known)) -}}
{{- end -}}
{{- end -}}
{{- concat $groups $values.extraGroups | toYaml -}}
{{- end -}}
