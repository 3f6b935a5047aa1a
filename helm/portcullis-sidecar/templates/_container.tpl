{{/* The container: a restartable init container where the cluster has them, else the first of the
     plain ones. Both lines stand in the pod, and one of them gives nothing. */}}

{{- define "portcullis.sidecar.initContainers" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if and $settings.enabled $settings.native -}}
{{- include "portcullis.sidecar.container" $settings -}}
{{- end -}}
{{- end -}}

{{- define "portcullis.sidecar.containers" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if and $settings.enabled (not $settings.native) -}}
{{- include "portcullis.sidecar.container" $settings -}}
{{- end -}}
{{- end -}}

{{- define "portcullis.sidecar.container" -}}
- name: portcullis
  image: {{ include "portcullis.sidecar.image" .image | quote }}
  imagePullPolicy: {{ .image.pullPolicy }}
  {{- if .native }}
  restartPolicy: Always
  {{- end }}
  args:
    - run
    {{- if or .config .configMap }}
    - --config=/etc/portcullis/portcullis.yaml
    {{- end }}
  env:
    {{- include "portcullis.sidecar.variables" . | nindent 4 }}
  ports:
    - name: portcullis
      containerPort: {{ .port }}
      protocol: TCP
    - name: pc-telemetry
      containerPort: {{ .telemetryPort }}
      protocol: TCP
  startupProbe:
    httpGet:
      path: /startupz
      port: pc-telemetry
      scheme: HTTP
    periodSeconds: 1
    failureThreshold: 60
    timeoutSeconds: 2
  livenessProbe:
    httpGet:
      path: /livez
      port: pc-telemetry
      scheme: HTTP
    periodSeconds: 10
    failureThreshold: 3
    timeoutSeconds: 2
  readinessProbe:
    httpGet:
      path: /readyz
      port: pc-telemetry
      scheme: HTTP
    periodSeconds: 5
    failureThreshold: 2
    timeoutSeconds: 2
  resources:
    {{- toYaml .resources | nindent 4 }}
  securityContext:
    {{- toYaml .securityContext | nindent 4 }}
  {{- with include "portcullis.sidecar.mounts" . | trim }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "portcullis.sidecar.image" -}}
{{- $name := .repository -}}
{{- with .registry -}}{{- $name = printf "%s/%s" (trimSuffix "/" .) $name -}}{{- end -}}
{{- if .digest -}}
{{- printf "%s@%s" $name .digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default "0.1.0" .tag) -}}
{{- end -}}
{{- end -}}

{{/* Everything that the container needs besides a file. */}}
{{- define "portcullis.sidecar.variables" -}}
- name: PORTCULLIS_LISTEN
  value: {{ printf "%s:%d" .listenHost (int .port) | quote }}
- name: PORTCULLIS_TELEMETRY__LISTEN
  value: {{ printf "%s:%d" .listenHost (int .telemetryPort) | quote }}
{{- if .appSocket }}
- name: PORTCULLIS_UPSTREAM__URL
  value: unix:/run/portcullis/app.sock
{{- else if or .appPort .upstream }}
- name: PORTCULLIS_UPSTREAM__URL
  value: {{ default (printf "http://127.0.0.1:%d" (int (.appPort | default 0))) .upstream | quote }}
{{- end }}
{{- /* Not by toString, which writes a large number as 1e+06. */ -}}
{{- range $key, $value := .keystone }}
{{- if not (kindIs "invalid" $value) }}
- name: PORTCULLIS_KEYSTONE__{{ upper $key }}
  value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }}
{{- end }}
{{- end }}
{{- $given := list }}
{{- range .env }}{{- $given = append $given .name }}{{- end }}
{{- $server := (.config | default dict).server | default dict }}
{{- range $key, $value := dict "drain_delay" .drainDelay "drain_timeout" .drainTimeout }}
{{- $name := printf "PORTCULLIS_SERVER__%s" (upper $key) }}
{{- if and $value (not (has $name $given)) (not (hasKey $server $key)) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- $probes := list }}
{{- range $name, $url := .probes }}
{{- if $url }}{{- $probes = append $probes (printf "%s=%s" $name $url) }}{{- end }}
{{- end }}
{{- if $probes }}
- name: PORTCULLIS_TELEMETRY__PROBES
  value: {{ join "," $probes | quote }}
{{- end }}
{{- with .env }}
{{ toYaml . }}
{{- end }}
{{- end -}}
