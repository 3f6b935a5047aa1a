{{/* The rules of what the gateway may connect to: DNS, Keystone, and the services. */}}

{{- define "portcullis.egress" -}}
{{- $egress := .Values.networkPolicy.egress -}}
{{- $ports := include "portcullis.egress.ports" . | fromJson -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
  {{- with $egress.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if or $ports.keystone $egress.keystoneTo }}
{{ include "portcullis.way" (dict "ports" $ports.keystone "to" $egress.keystoneTo) }}
{{- end }}
{{- if or $ports.upstream $egress.upstreamTo }}
{{ include "portcullis.way" (dict "ports" $ports.upstream "to" $egress.upstreamTo) }}
{{- end }}
{{- with $egress.extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* To which ports, as JSON: those that are written, else any port of peers that are named, else
     those of the configuration. The last are ports of Services, if it names Services, and a policy
     is about the ports of pods. */}}
{{- define "portcullis.egress.ports" -}}
{{- $egress := .Values.networkPolicy.egress -}}
{{- $config := include "portcullis.config" . | fromYaml -}}
{{- $keystone := $egress.keystonePorts -}}
{{- $url := ($config.keystone | default dict).auth_url -}}
{{- if and $url (not $keystone) (not $egress.keystoneTo) -}}{{- $keystone = list (include "portcullis.urlPort" $url) -}}{{- end -}}
{{- $upstream := $egress.upstreamPorts -}}
{{- if not (or $upstream $egress.upstreamTo) -}}{{- $upstream = include "portcullis.upstreamPorts" $config | fromJsonArray -}}{{- end -}}
{{- dict "keystone" $keystone "upstream" $upstream | toJson -}}
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
