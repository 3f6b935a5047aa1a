{{/* The pod of the gateway, for a Deployment and a DaemonSet alike. */}}

{{- define "portcullis.pod" -}}
{{- $labels := include "portcullis.selector" (list . "gateway") | fromYaml -}}
{{- $annotations := dict "kubectl.kubernetes.io/default-container" "portcullis" -}}
{{- if and .Values.rollOnConfigChange (not .Values.existingConfigMap) -}}
{{- $_ := set $annotations "checksum/config" (include "portcullis.configData" . | sha256sum) -}}
{{- end -}}
metadata:
  labels:
    {{- merge $labels .Values.podLabels .Values.commonLabels | toYaml | nindent 4 }}
  annotations:
    {{- merge $annotations .Values.podAnnotations | toYaml | nindent 4 }}
spec:
  serviceAccountName: {{ include "portcullis.serviceAccount" . }}
  automountServiceAccountToken: false
  # Variables for every Service of the namespace would only be in the way.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "portcullis.gracePeriod" . }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "portcullis.placement" . }}
  {{- with .Values.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{ include "portcullis.container" . | indent 6 | trim }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "portcullis.volumes" . | nindent 4 }}
{{- end -}}

{{- define "portcullis.container" -}}
name: portcullis
image: {{ include "portcullis.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  - run
  - --config=/etc/portcullis/portcullis.yaml
  {{- with .Values.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with include "portcullis.variables" . | trim }}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: {{ include "portcullis.proxyPortName" . }}
    containerPort: {{ include "portcullis.proxyPort" . }}
    protocol: TCP
  - name: telemetry
    containerPort: {{ include "portcullis.telemetryPort" . }}
    protocol: TCP
{{- include "portcullis.probes" .Values.probes }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
volumeMounts:
  {{- include "portcullis.mounts" . | nindent 2 }}
{{- end -}}

{{/* Three questions at the telemetry port, with the times that the values say. */}}
{{- define "portcullis.probes" -}}
{{- $probes := . -}}
{{- range $kind, $path := dict "startup" "/startupz" "liveness" "/livez" "readiness" "/readyz" }}
{{ $kind }}Probe:
  httpGet:
    path: {{ $path }}
    port: telemetry
    scheme: HTTP
  {{- toYaml (index $probes $kind) | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A ConfigMap of somebody else does not know where the chart wants things. */}}
{{- define "portcullis.variables" -}}
{{- if .Values.existingConfigMap }}
- name: PORTCULLIS_LISTEN
  value: {{ include "portcullis.listen" . | quote }}
- name: PORTCULLIS_TELEMETRY__LISTEN
  value: {{ include "portcullis.telemetryListen" . | quote }}
{{- $added := include "portcullis.added" . | fromYaml }}
{{- range $section := list "keystone" "tls" "upstream" }}
{{- range $key, $value := get $added $section | default dict }}
{{- if not (regexMatch "(password|secret)_file$" $key) }}
- name: PORTCULLIS_{{ upper $section }}__{{ upper $key }}
  value: {{ kindIs "slice" $value | ternary $value (list $value) | join "," | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- include "portcullis.drainVariables" . }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the grace period is counted from, unless `extraEnv` has it. */}}
{{- define "portcullis.drainVariables" -}}
{{- $given := list -}}
{{- range .Values.extraEnv -}}{{- $given = append $given .name -}}{{- end -}}
{{- $server := (include "portcullis.config" . | fromYaml).server -}}
{{- range $key, $value := dict "drain_delay" "5s" "drain_timeout" "25s" }}
{{- $name := printf "PORTCULLIS_SERVER__%s" (upper $key) }}
{{- if not (has $name $given) }}
- name: {{ $name }}
  value: {{ ternary (get $server $key) $value (hasKey $server $key) | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}
