{{/* What Prometheus' operator would not take: it leaves the whole monitor out, and says so in its log. */}}

{{- define "portcullis.demands.monitors" -}}
{{- $pods := or .Values.podMonitor.enabled .Values.podMonitor.sidecars.enabled -}}
{{- $enabled := dict "serviceMonitor" .Values.serviceMonitor.enabled "podMonitor" $pods -}}
{{- range $name, $is := $enabled -}}
{{- with index $.Values $name -}}
{{- if and $is .interval .scrapeTimeout (gt (include "portcullis.milliseconds" .scrapeTimeout | int64) (include "portcullis.milliseconds" .interval | int64)) -}}
{{- fail (printf "portcullis: %s.scrapeTimeout is %s and %s.interval is %s: Prometheus asks one question after the other; set %s.scrapeTimeout to %s or less" $name .scrapeTimeout $name .interval $name .interval) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A duration of Prometheus, as in 1m30s, in milliseconds. */}}
{{- define "portcullis.milliseconds" -}}
{{- $all := 0 -}}
{{- range regexFindAll "[0-9]+(ms|s|m|h)" . -1 -}}
{{- $unit := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000) (regexFind "[a-z]+" .) -}}
{{- $all = add $all (mul (regexFind "[0-9]+" . | int64) $unit) -}}
{{- end -}}
{{- $all -}}
{{- end -}}
