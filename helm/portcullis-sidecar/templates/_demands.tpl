{{/* What must hold. Each message names the key and the remedy. */}}
{{- define "portcullis.sidecar.demands" -}}
{{- $known := list "global" "enabled" "appPort" "appSocket" "upstream" "probes" "keystone" "config" "configMap" "secret" "env" "image" "native" "port" "telemetryPort" "listenHost" "drainDelay" "drainTimeout" "resources" "securityContext" "networkPolicy" "podMonitor" -}}
{{- range $key, $_ := . -}}
{{- if not (has $key $known) -}}
{{- fail (printf "portcullis sidecar: there is no %s: the keys are %s" $key (rest $known | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- if not (hasKey . "image") -}}
{{- fail "portcullis sidecar: the defaults are missing: add the chart portcullis-sidecar to the dependencies, with the alias portcullis" -}}
{{- end -}}
{{- if .enabled -}}
{{- $config := .config | default dict -}}
{{- $ways := compact (list (toString (.appPort | default "")) (ternary "socket" "" (eq (toString .appSocket) "true")) .upstream) -}}
{{- $known := or $config.upstream .configMap -}}
{{- if and (not $ways) (not $known) -}}
{{- fail "portcullis sidecar: appPort is missing: write which port of 127.0.0.1 the service listens on, or set appSocket or upstream" -}}
{{- end -}}
{{- if gt (len $ways) 1 -}}
{{- fail "portcullis sidecar: choose one of appPort, appSocket and upstream: the service is in one place" -}}
{{- end -}}
{{- if and .configMap $config -}}
{{- fail "portcullis sidecar: config and configMap are both given: choose one" -}}
{{- end -}}
{{- include "portcullis.sidecar.demands.reach" $config -}}
{{- $keystone := .keystone | default dict -}}
{{- $variables := list -}}
{{- range .env -}}{{- $variables = append $variables .name -}}{{- end -}}
{{- if not (or .configMap $keystone.auth_url ($config.keystone | default dict).auth_url ($config.keystone | default dict).cloud (has "PORTCULLIS_KEYSTONE__AUTH_URL" $variables)) -}}
{{- fail "portcullis sidecar: keystone.auth_url is missing: write where Keystone is, as in keystone: {auth_url: https://keystone.example:5000/v3}" -}}
{{- end -}}
{{- include "portcullis.sidecar.demands.variables" .env -}}
{{- range list $keystone ($config.keystone | default dict) -}}
{{- if or (hasKey . "password") (hasKey . "application_credential_secret") -}}
{{- fail "portcullis sidecar: a secret of Keystone does not belong into values: put it into a Secret, name that in secret, and set keystone.password_file to /var/run/secrets/portcullis/KEY" -}}
{{- end -}}
{{- end -}}
{{- /* Of several, Helm's schema has not seen this one. */ -}}
{{- $context := .securityContext | default dict -}}
{{- $dropped := ($context.capabilities | default dict).drop | default list -}}
{{- $profile := ($context.seccompProfile | default dict).type | default "" -}}
{{- if not (and $context.runAsNonRoot $context.readOnlyRootFilesystem (eq (toString $context.allowPrivilegeEscalation) "false") (has "ALL" $dropped) (has $profile (list "RuntimeDefault" "Localhost")) (not $context.privileged)) -}}
{{- fail "portcullis sidecar: securityContext takes something of the restricted profile back: runAsNonRoot and readOnlyRootFilesystem are true, allowPrivilegeEscalation is false, capabilities.drop has ALL, seccompProfile.type is RuntimeDefault or Localhost" -}}
{{- end -}}
{{- $limits := .resources.limits | default dict -}}
{{- range $what, $asked := .resources.requests | default dict -}}
{{- $limit := get $limits $what -}}
{{- if and (hasKey $limits $what) (gt (include "portcullis.sidecar.quantity" $asked | float64) (include "portcullis.sidecar.quantity" $limit | float64)) -}}
{{- fail (printf "portcullis sidecar: resources.requests.%s is %v and resources.limits.%s is %v: nobody may ask for more than the limit; raise that" $what $asked $what $limit) -}}
{{- end -}}
{{- end -}}
{{- with .podMonitor -}}
{{- if and .enabled .interval .scrapeTimeout (gt (include "portcullis.sidecar.milliseconds" .scrapeTimeout | int64) (include "portcullis.sidecar.milliseconds" .interval | int64)) -}}
{{- fail (printf "portcullis sidecar: podMonitor.scrapeTimeout is %s and podMonitor.interval is %s: Prometheus asks one question after the other; set podMonitor.scrapeTimeout to %s or less" .scrapeTimeout .interval .interval) -}}
{{- end -}}
{{- end -}}
{{- if eq (int .port) (int .telemetryPort) -}}
{{- fail (printf "portcullis sidecar: port and telemetryPort are both %d: they need one each" (int .port)) -}}
{{- end -}}
{{- if and .appPort (has (int .appPort) (list (int .port) (int .telemetryPort))) -}}
{{- fail (printf "portcullis sidecar: appPort %d is a port of the proxy itself: choose another for one of them" (int .appPort)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Of `config`: where it is reached is said by values of the chart, and the admin pages are not. */}}
{{- define "portcullis.sidecar.demands.reach" -}}
{{- $listen := dict "listen" .listen "telemetry.listen" .telemetry -}}
{{- if kindIs "map" .telemetry -}}{{- $_ := set $listen "telemetry.listen" .telemetry.listen -}}{{- end -}}
{{- range $key, $value := $listen -}}
{{- if $value -}}
{{- fail (printf "portcullis sidecar: config.%s is %v: Services and probes would not know; the ports are port and telemetryPort, the address is listenHost" $key $value) -}}
{{- end -}}
{{- end -}}
{{- $admin := .admin -}}
{{- if kindIs "map" $admin -}}{{- $admin = $admin.listen -}}{{- end -}}
{{- if and $admin (not (or (eq $admin "off") (hasPrefix "127." $admin) (hasPrefix "[::1]" $admin))) -}}
{{- fail (printf "portcullis sidecar: config.admin.listen is %s: the admin pages ask nobody who they are; leave them on loopback, or write \"off\"" $admin) -}}
{{- end -}}
{{- end -}}

{{/* Of variables: none holds a secret, and none says what the Service and the probes would not know. */}}
{{- define "portcullis.sidecar.demands.variables" -}}
{{- range . -}}
{{- if and .value (has .name (list "PORTCULLIS_KEYSTONE__PASSWORD" "PORTCULLIS_KEYSTONE__APPLICATION_CREDENTIAL_SECRET" "OS_PASSWORD" "OS_APPLICATION_CREDENTIAL_SECRET")) -}}
{{- fail (printf "portcullis sidecar: env has %s with its value: put it into a Secret, name that in secret, and set keystone.password_file to /var/run/secrets/portcullis/KEY" .name) -}}
{{- end -}}
{{- if has .name (list "PORTCULLIS_LISTEN" "PORTCULLIS_TELEMETRY__LISTEN" "PORTCULLIS_ADMIN__LISTEN") -}}
{{- fail (printf "portcullis sidecar: env has %s: Services, probes and policies would not know; the ports are port and telemetryPort" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity, as in 128Mi, as a plain number. */}}
{{- define "portcullis.sidecar.quantity" -}}
{{- $units := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "Ki" 0x1p10 "M" 1e6 "Mi" 0x1p20 "G" 1e9 "Gi" 0x1p30 "T" 1e12 "Ti" 0x1p40 "P" 1e15 "Pi" 0x1p50 "E" 1e18 "Ei" 0x1p60 -}}
{{- $unit := kindIs "string" . | ternary (regexFind "[A-Za-z]+$" (toString .)) "" -}}
{{- $number := kindIs "string" . | ternary (trimSuffix $unit (toString .)) . | float64 -}}
{{- printf "%.3f" (mulf $number (ternary (get $units $unit) 1.0 (hasKey $units $unit))) -}}
{{- end -}}
