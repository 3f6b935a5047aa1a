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

{{/* "true" where the API server asks about nothing but what asks for the sidecar: match conditions
     are on by default from 1.28. */}}
{{- define "portcullis.webhook.conditions" -}}
{{- if semverCompare ">=1.28.0-0" (include "portcullis.kubeVersion" .) -}}true{{- end -}}
{{- end -}}

{{/* The namespaces that it is never asked about, as JSON. Its own among them only where it would be
     asked about its own pods too, and could not come back after all of them were gone. */}}
{{- define "portcullis.webhook.excluded" -}}
{{- $own := ternary (list) (list .Release.Namespace) (eq (include "portcullis.webhook.conditions" .) "true") -}}
{{- concat (list "kube-system") $own .Values.webhook.excludedNamespaces | uniq | toJson -}}
{{- end -}}

{{/* Which namespaces it is asked about. */}}
{{- define "portcullis.webhook.namespaces" -}}
{{- $selector := deepCopy .Values.webhook.namespaceSelector -}}
{{- $own := dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" (include "portcullis.webhook.excluded" . | fromJsonArray) -}}
{{- $_ := set $selector "matchExpressions" (append ($selector.matchExpressions | default list) $own) -}}
{{- toYaml $selector -}}
{{- end -}}
