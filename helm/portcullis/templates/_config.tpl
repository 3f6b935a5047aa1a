{{/* The program's configuration: what the values say, and what the chart has to add to it. */}}

{{/* The whole of it, as YAML. */}}
{{- define "portcullis.config" -}}
{{- $config := deepCopy (.Values.config | default dict) -}}
{{- if kindIs "string" $config.telemetry -}}
{{- $_ := set $config "telemetry" (dict "listen" $config.telemetry) -}}
{{- end -}}
{{- if kindIs "string" $config.upstream -}}
{{- $_ := set $config "upstream" (dict "url" $config.upstream) -}}
{{- end -}}
{{- /* Not by `merge`, which takes 0 and false for absent. */ -}}
{{- range $section, $value := include "portcullis.added" . | fromYaml -}}
{{- if kindIs "map" $value -}}
{{- $written := get $config $section | default dict -}}
{{- $_ := set $config $section $written -}}
{{- range $key, $item := $value -}}
{{- if not (hasKey $written $key) -}}{{- $_ := set $written $key $item -}}{{- end -}}
{{- end -}}
{{- else if not (hasKey $config $section) -}}
{{- $_ := set $config $section $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* What the chart adds where the values do not say otherwise. */}}
{{- define "portcullis.added" -}}
{{- $secrets := .Values.secrets -}}
{{- $keystone := (.Values.config | default dict).keystone | default dict -}}
listen: {{ ternary "[::]:8443" "[::]:8080" (eq (include "portcullis.speaksTls" .) "true") | quote }}
telemetry:
  listen: "[::]:9180"
server:
  drain_delay: 5s
{{- if or $secrets.keystone.name (include "portcullis.trusts" (list . "keystone")) }}
keystone:
  {{- if and $secrets.keystone.name (or $keystone.username $keystone.user_id) (not $keystone.application_credential_name) }}
  password_file: /var/run/secrets/portcullis/keystone/{{ $secrets.keystone.key }}
  {{- else if $secrets.keystone.name }}
  application_credential_secret_file: /var/run/secrets/portcullis/keystone/{{ $secrets.keystone.key }}
  {{- end }}
  {{- if include "portcullis.trusts" (list . "keystone") }}
  ca_file: /var/run/secrets/portcullis/trust-keystone/{{ .Values.trust.keystone.key }}
  {{- end }}
{{- end }}
{{- if include "portcullis.trusts" (list . "upstream") }}
upstream:
  ca_file: /var/run/secrets/portcullis/trust-upstream/{{ .Values.trust.upstream.key }}
{{- end }}
{{- if or $secrets.tls.name (include "portcullis.trusts" (list . "clients")) }}
tls:
  {{- with $secrets.tls }}
  {{- if .name }}
  certificate_file: [/var/run/secrets/portcullis/tls/{{ .certificateKey }}]
  key_file: [/var/run/secrets/portcullis/tls/{{ .keyKey }}]
  {{- end }}
  {{- end }}
  {{- if include "portcullis.trusts" (list . "clients") }}
  client_ca_file: [/var/run/secrets/portcullis/trust-clients/{{ .Values.trust.clients.key }}]
  {{- end }}
{{- end }}
{{- end -}}

{{/* Whether anybody is named to trust: (list $ "keystone"). */}}
{{- define "portcullis.trusts" -}}
{{- $trust := index (first .).Values.trust (last .) -}}
{{- if or $trust.configMap $trust.secret -}}true{{- end -}}
{{- end -}}

{{/* "true" where the public listener speaks TLS. */}}
{{- define "portcullis.speaksTls" -}}
{{- $config := .Values.config | default dict -}}
{{- $file := or ($config.tls | default dict).certificate_file .Values.secrets.tls.name -}}
{{- $off := eq (($config.listener | default dict).tls | default "auto" | toString) "off" -}}
{{- if and $file (not $off) -}}true{{- else -}}false{{- end -}}
{{- end -}}

{{- define "portcullis.listen" -}}
{{- (include "portcullis.config" . | fromYaml).listen -}}
{{- end -}}

{{- define "portcullis.telemetryListen" -}}
{{- (include "portcullis.config" . | fromYaml).telemetry.listen -}}
{{- end -}}

{{/* The port of an address. */}}
{{- define "portcullis.portOf" -}}
{{- regexFind "[0-9]+$" . -}}
{{- end -}}

{{- define "portcullis.proxyPort" -}}
{{- include "portcullis.portOf" (include "portcullis.listen" .) -}}
{{- end -}}

{{- define "portcullis.telemetryPort" -}}
{{- include "portcullis.portOf" (include "portcullis.telemetryListen" .) -}}
{{- end -}}

{{- define "portcullis.proxyPortName" -}}
{{- ternary "https" "http" (eq (include "portcullis.speaksTls" .) "true") -}}
{{- end -}}

{{- define "portcullis.servicePort" -}}
{{- default (ternary 443 80 (eq (include "portcullis.speaksTls" .) "true")) .Values.service.port -}}
{{- end -}}

{{/* The port of a URL, or nothing for a unix socket. */}}
{{- define "portcullis.urlPort" -}}
{{- if not (hasPrefix "unix:" .) -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- default (ternary "443" "80" (eq $url.scheme "https")) $port -}}
{{- end -}}
{{- end -}}

{{/* A duration of the configuration in whole seconds, rounded up. */}}
{{- define "portcullis.seconds" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9]+" $text | default "0" | int64 -}}
{{- $unit := regexFind "[a-z]+$" $text -}}
{{- if eq $unit "ms" -}}{{- div (add $number 999) 1000 -}}
{{- else if eq $unit "m" -}}{{- mul $number 60 -}}
{{- else if eq $unit "h" -}}{{- mul $number 3600 -}}
{{- else -}}{{- $number -}}{{- end -}}
{{- end -}}

{{/* How long the program drains, in seconds. */}}
{{- define "portcullis.drain" -}}
{{- $server := (include "portcullis.config" . | fromYaml).server -}}
{{- $delay := include "portcullis.seconds" $server.drain_delay | int64 -}}
{{- $timeout := include "portcullis.seconds" (ternary $server.drain_timeout "25s" (hasKey $server "drain_timeout")) | int64 -}}
{{- add $delay $timeout -}}
{{- end -}}

{{/* How long the kubelet waits: until the program has drained by itself, and a little more. */}}
{{- define "portcullis.gracePeriod" -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds -}}
{{- add (include "portcullis.drain" .) 5 -}}
{{- else -}}
{{- int64 .Values.terminationGracePeriodSeconds -}}
{{- end -}}
{{- end -}}
