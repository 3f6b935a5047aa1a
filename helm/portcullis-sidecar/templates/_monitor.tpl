{{/* Scrapes the proxies of these pods, with the Prometheus operator: (list . SELECTOR), with the labels
     that the pods bear. No Service need lead to their telemetry. */}}
{{- define "portcullis.sidecar.podMonitor" -}}
{{- $settings := include "portcullis.sidecar.settings" (first .) | fromYaml -}}
{{- if and $settings.enabled $settings.podMonitor.enabled }}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ $settings.objectName }}
  namespace: {{ $settings.namespace }}
  {{- with $settings.podMonitor.labels }}
  labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    matchLabels:
      {{- toYaml (last .) | nindent 6 }}
  podMetricsEndpoints:
    # The port of a container, or of a restartable init container.
    - port: pc-telemetry
      path: /metrics
      scheme: http
      interval: {{ $settings.podMonitor.interval }}
      scrapeTimeout: {{ $settings.podMonitor.scrapeTimeout }}
{{- end }}
{{- end -}}

{{/* A duration of Prometheus, as in 1m30s, in milliseconds. */}}
{{- define "portcullis.sidecar.milliseconds" -}}
{{- $all := 0 -}}
{{- range regexFindAll "[0-9]+(ms|s|m|h)" . -1 -}}
{{- $unit := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000) (regexFind "[a-z]+" .) -}}
{{- $all = add $all (mul (regexFind "[0-9]+" . | int64) $unit) -}}
{{- end -}}
{{- $all -}}
{{- end -}}
