{{/* What must hold before anything is rendered. Each message names the value and the remedy. */}}

{{- define "portcullis.demands" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" (include "portcullis.fullname" .)) -}}
{{- fail (printf "portcullis: the release's objects would be called %s, and a Service's name is lower-case letters, digits and -, and begins with a letter: set fullnameOverride" (include "portcullis.fullname" .)) -}}
{{- end -}}
{{- include "portcullis.demands.arguments" . -}}
{{- include "portcullis.demands.monitors" . -}}
{{- if ne .Values.kind "None" -}}
{{- include "portcullis.demands.config" . -}}
{{- include "portcullis.demands.reach" . -}}
{{- include "portcullis.demands.secrets" . -}}
{{- include "portcullis.demands.end" . -}}
{{- include "portcullis.demands.objects" . -}}
{{- include "portcullis.demands.rollout" . -}}
{{- include "portcullis.demands.service" . -}}
{{- include "portcullis.demands.resources" (list "resources" .Values.resources) -}}
{{- else if not .Values.webhook.enabled -}}
{{- fail "portcullis: kind is None and webhook.enabled is false, so there is nothing to install: set one of them" -}}
{{- end -}}
{{- if .Values.webhook.enabled -}}
{{- include "portcullis.demands.webhook" . -}}
{{- include "portcullis.demands.resources" (list "webhook.resources" .Values.webhook.resources) -}}
{{- end -}}
{{- end -}}

{{/* The configuration is whole, and stands in one place. */}}
{{- define "portcullis.demands.config" -}}
{{- $config := .Values.config | default dict -}}
{{- $variables := list -}}
{{- range .Values.extraEnv -}}{{- $variables = append $variables .name -}}{{- end -}}
{{- if .Values.existingConfigMap -}}
{{- range $key := without (keys $config | sortAlpha) "listen" "telemetry" "server" -}}
{{- if not (kindIs "invalid" (get $config $key)) -}}
{{- fail (printf "portcullis: config.%s and existingConfigMap are both given: write it into the ConfigMap, or do without existingConfigMap" $key) -}}
{{- end -}}
{{- end -}}
{{- range $key := without (keys ($config.server | default dict) | sortAlpha) "drain_delay" "drain_timeout" -}}
{{- fail (printf "portcullis: config.server.%s and existingConfigMap are both given: write it into the ConfigMap, or do without existingConfigMap" $key) -}}
{{- end -}}
{{- if .Values.configFiles -}}
{{- fail "portcullis: configFiles and existingConfigMap are both given: put the files into the ConfigMap" -}}
{{- end -}}
{{- else if not .Values.extraEnvFrom -}}
{{- $upstream := $config.upstream -}}
{{- if kindIs "map" $upstream -}}{{- $upstream = $upstream.url -}}{{- end -}}
{{- if not (or $upstream (has "PORTCULLIS_UPSTREAM__URL" $variables)) -}}
{{- fail "portcullis: config.upstream is missing: write where the service is, as in --set config.upstream=http://my-service:9000" -}}
{{- end -}}
{{- $keystone := $config.keystone | default dict -}}
{{- if not (or $keystone.auth_url $keystone.cloud (has "PORTCULLIS_KEYSTONE__AUTH_URL" $variables) (has "OS_AUTH_URL" $variables)) -}}
{{- fail "portcullis: config.keystone.auth_url is missing: write where Keystone is, as in --set config.keystone.auth_url=https://keystone.example:5000/v3" -}}
{{- end -}}
{{- end -}}
{{- if hasKey (.Values.configFiles | default dict) "portcullis.yaml" -}}
{{- fail "portcullis: configFiles has a portcullis.yaml: that file is made of config; write it there" -}}
{{- end -}}
{{- end -}}

{{/* The proxy and its probes can be reached from outside the pod, and the admin pages cannot. */}}
{{- define "portcullis.demands.reach" -}}
{{- $places := dict "listen" (include "portcullis.listen" .) "telemetry.listen" (include "portcullis.telemetryListen" .) -}}
{{- range $key, $place := $places -}}
{{- if not (regexMatch ":[0-9]+$" $place) -}}
{{- fail (printf "portcullis: config.%s is %s: in a pod it must be an address and a port, as in [::]:8080" $key $place) -}}
{{- end -}}
{{- if or (hasPrefix "127." $place) (hasPrefix "[::1]" $place) -}}
{{- fail (printf "portcullis: config.%s is %s: nobody reaches loopback from outside the pod; write [::] or 0.0.0.0" $key $place) -}}
{{- end -}}
{{- if hasSuffix ":0" $place -}}
{{- fail (printf "portcullis: config.%s is %s: a Service needs a port that is known beforehand" $key $place) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name (list "PORTCULLIS_LISTEN" "PORTCULLIS_TELEMETRY__LISTEN" "PORTCULLIS_ADMIN__LISTEN") -}}
{{- fail (printf "portcullis: extraEnv has %s: the Services, probes and policies would not know; write it in config" .name) -}}
{{- end -}}
{{- end -}}
{{- $admin := (.Values.config | default dict).admin -}}
{{- if kindIs "map" $admin -}}{{- $admin = $admin.listen -}}{{- end -}}
{{- if $admin -}}
{{- if not (or (eq $admin "off") (hasPrefix "127." $admin) (hasPrefix "[::1]" $admin)) -}}
{{- fail (printf "portcullis: config.admin.listen is %s: the admin pages ask nobody who they are; leave them on loopback, or write \"off\"" $admin) -}}
{{- end -}}
{{- end -}}
{{- if eq (include "portcullis.proxyPort" .) (include "portcullis.telemetryPort" .) -}}
{{- fail (printf "portcullis: config.listen and config.telemetry.listen both have the port %s: the proxy and its metrics need one each" (include "portcullis.proxyPort" .)) -}}
{{- end -}}
{{- end -}}

{{/* No secret stands in a ConfigMap or in a variable. */}}
{{- define "portcullis.demands.secrets" -}}
{{- $keystone := (.Values.config | default dict).keystone | default dict -}}
{{- range list "password" "application_credential_secret" -}}
{{- if hasKey $keystone . -}}
{{- fail (printf "portcullis: config.keystone.%s would stand in a ConfigMap for everybody to read: put it into a Secret and name that in secrets.keystone.name" .) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if and .value (has .name (list "PORTCULLIS_KEYSTONE__PASSWORD" "PORTCULLIS_KEYSTONE__APPLICATION_CREDENTIAL_SECRET" "OS_PASSWORD" "OS_APPLICATION_CREDENTIAL_SECRET")) -}}
{{- fail (printf "portcullis: extraEnv has %s with its value: put it into a Secret and name that in secrets.keystone.name" .name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.secrets.keystone.name (not .Values.existingConfigMap) -}}
{{- if not (or $keystone.username $keystone.user_id $keystone.application_credential_id $keystone.application_credential_name) -}}
{{- fail "portcullis: secrets.keystone.name is given, but no account: write config.keystone.username and its domain, or config.keystone.application_credential_id" -}}
{{- end -}}
{{- end -}}
{{- range $whom, $trust := .Values.trust -}}
{{- if and $trust.configMap $trust.secret -}}
{{- fail (printf "portcullis: trust.%s names a ConfigMap and a Secret: choose one" $whom) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* No argument says what the variables may not say either. */}}
{{- define "portcullis.demands.arguments" -}}
{{- range concat .Values.extraArgs .Values.webhook.extraArgs -}}
{{- $key := regexFind "^[^=]*=?" (trimPrefix "--set=" .) | trimSuffix "=" -}}
{{- if has $key (list "keystone.password" "keystone.application_credential_secret") -}}
{{- fail (printf "portcullis: an argument has %s, which everybody reads who may look at the pod: put it into a Secret and name that in secrets.keystone.name" $key) -}}
{{- end -}}
{{- if has $key (list "listen" "telemetry" "telemetry.listen" "admin" "admin.listen") -}}
{{- fail (printf "portcullis: an argument has %s: the Services, probes and policies would not know; write it in config" $key) -}}
{{- end -}}
{{- end -}}
{{- range .Values.webhook.extraArgs -}}
{{- if regexMatch "^--(listen|telemetry|certificate-file|key-file)(=|$)" . -}}
{{- fail (printf "portcullis: webhook.extraArgs has %s: the chart says that itself, by webhook.listenHost and webhook.certificate" (regexFind "^[^=]*" .)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
