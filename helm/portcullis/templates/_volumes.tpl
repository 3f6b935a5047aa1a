{{/* What the container reads: its configuration, and the Secrets and ConfigMaps that it names. */}}

{{/* The objects of somebody else, as YAML: where they are mounted, by the name of the volume. */}}
{{- define "portcullis.foreign" -}}
{{- with .Values.secrets.keystone.name }}
keystone: {secret: {{ . | quote }}}
{{- end }}
{{- with .Values.secrets.tls.name }}
tls: {secret: {{ . | quote }}}
{{- end }}
{{- range $whom, $trust := .Values.trust }}
{{- with $trust.configMap }}
trust-{{ $whom }}: {configMap: {{ . | quote }}}
{{- end }}
{{- with $trust.secret }}
trust-{{ $whom }}: {secret: {{ . | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "portcullis.volumes" -}}
- name: config
  configMap:
    name: {{ default (include "portcullis.fullname" .) .Values.existingConfigMap }}
{{- range $name, $source := include "portcullis.foreign" . | fromYaml }}
- name: {{ $name }}
  {{- with $source.secret }}
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
  {{- end }}
  {{- with $source.configMap }}
  configMap:
    name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Folders, not single files: the kubelet swaps a folder when its object changes, and the program
     notices. */}}
{{- define "portcullis.mounts" -}}
- name: config
  mountPath: /etc/portcullis
  readOnly: true
{{- range $name, $_ := include "portcullis.foreign" . | fromYaml }}
- name: {{ $name }}
  mountPath: /var/run/secrets/portcullis/{{ $name }}
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The ConfigMap's data. */}}
{{- define "portcullis.configData" -}}
portcullis.yaml: |
  {{- include "portcullis.config" . | nindent 2 }}
{{- range $name, $text := .Values.configFiles }}
{{ $name }}: {{ $text | toYaml | indent 2 | trim }}
{{- end }}
{{- end -}}
