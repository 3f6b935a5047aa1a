{{/* The rules of what the gateway may connect to: DNS, Keystone, and the services. */}}

{{- define "portcullis.egress" -}}
{{- $egress := .Values.networkPolicy.egress -}}
{{- $config := include "portcullis.config" . | fromYaml -}}
{{- $keystone := list -}}
{{- with ($config.keystone | default dict).auth_url -}}{{- $keystone = list (include "portcullis.urlPort" .) -}}{{- end -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
  {{- with $egress.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if or $keystone $egress.keystoneTo }}
{{ include "portcullis.way" (dict "ports" $keystone "to" $egress.keystoneTo) }}
{{- end }}
{{- $ports := include "portcullis.upstreamPorts" $config | fromJsonArray }}
{{- if or $ports $egress.upstreamTo }}
{{ include "portcullis.way" (dict "ports" $ports "to" $egress.upstreamTo) }}
{{- end }}
{{- with $egress.extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The ports of all services, as JSON. */}}
{{- define "portcullis.upstreamPorts" -}}
{{- $urls := list (.upstream | default dict).url -}}
{{- range (.upstreams | default dict) -}}
{{- if kindIs "map" . -}}{{- $urls = append $urls .url -}}{{- else -}}{{- $urls = append $urls . -}}{{- end -}}
{{- end -}}
{{- $ports := list -}}
{{- range compact $urls -}}{{- $ports = append $ports (include "portcullis.urlPort" .) -}}{{- end -}}
{{- compact $ports | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* One rule: to these ports, of these peers. */}}
{{- define "portcullis.way" -}}
{{- $rule := dict -}}
{{- with .to }}{{- $_ := set $rule "to" . -}}{{- end -}}
{{- range compact .ports -}}
{{- $_ := set $rule "ports" (append (get $rule "ports" | default list) (dict "port" (int .) "protocol" "TCP")) -}}
{{- end -}}
{{- list $rule | toYaml -}}
{{- end -}}
