{{/* What the webhook's objects have in common. */}}

{{- define "portcullis.webhook.args" -}}
{{- $webhook := .Values.webhook -}}
- webhook
- --listen={{ $webhook.listenHost }}:8443
- --certificate-file=/var/run/secrets/webhook/tls.crt
- --key-file=/var/run/secrets/webhook/tls.key
- --telemetry={{ $webhook.listenHost }}:9180
- --image={{ default (include "portcullis.image" .) $webhook.sidecarImage }}
- --native={{ include "portcullis.webhook.native" . }}
- --on-error={{ $webhook.onError }}
{{- with $webhook.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Restartable init containers are on by default from 1.29. */}}
{{- define "portcullis.webhook.native" -}}
{{- if eq (toString .Values.webhook.native) "auto" -}}
{{- semverCompare ">=1.29.0-0" (include "portcullis.kubeVersion" .) -}}
{{- else -}}
{{- .Values.webhook.native -}}
{{- end -}}
{{- end -}}

{{- define "portcullis.webhook.secret" -}}
{{- default (include "portcullis.suffixed" (list . "webhook-tls")) .Values.webhook.certificate.secretName -}}
{{- end -}}

{{/* Which namespaces it is asked about. Never its own, or it could not come back after all of its
     pods were gone, nor the cluster's. */}}
{{- define "portcullis.webhook.namespaces" -}}
{{- $selector := deepCopy .Values.webhook.namespaceSelector -}}
{{- $out := concat (list "kube-system" .Release.Namespace) .Values.webhook.excludedNamespaces | uniq -}}
{{- $own := dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" $out -}}
{{- $_ := set $selector "matchExpressions" (append ($selector.matchExpressions | default list) $own) -}}
{{- toYaml $selector -}}
{{- end -}}
