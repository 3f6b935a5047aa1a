{{/* What the container reads, and the socket that it shares with the service. */}}

{{- define "portcullis.sidecar.volumes" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if $settings.enabled -}}
{{- include "portcullis.sidecar.volumeList" $settings | trim -}}
{{- end -}}
{{- end -}}

{{- define "portcullis.sidecar.volumeList" -}}
{{- if or .config .configMap }}
- name: portcullis-config
  configMap:
    name: {{ default .objectName .configMap }}
{{- end }}
{{- with .secret }}
- name: portcullis-secret
  secret:
    secretName: {{ . }}
{{- end }}
{{- if .appSocket }}
- name: portcullis-socket
  emptyDir:
    medium: Memory
    sizeLimit: 1Mi
{{- end }}
{{- end -}}

{{- define "portcullis.sidecar.mounts" -}}
{{- if or .config .configMap }}
- name: portcullis-config
  mountPath: /etc/portcullis
  readOnly: true
{{- end }}
{{- if .secret }}
- name: portcullis-secret
  mountPath: /var/run/secrets/portcullis
  readOnly: true
{{- end }}
{{- if .appSocket }}
- name: portcullis-socket
  mountPath: /run/portcullis
{{- end }}
{{- end -}}

{{/* For the service's own container, where it listens on the socket. */}}
{{- define "portcullis.sidecar.appVolumeMounts" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if and $settings.enabled $settings.appSocket -}}
- name: portcullis-socket
  mountPath: /run/portcullis
{{- end -}}
{{- end -}}

{{/* The ConfigMap of `config`, in a template of its own. */}}
{{- define "portcullis.sidecar.configMap" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if and $settings.enabled $settings.config }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $settings.objectName }}
  namespace: {{ $settings.namespace }}
data:
  portcullis.yaml: |
    {{- toYaml $settings.config | nindent 4 }}
{{- end }}
{{- end -}}

{{/* For the pod's annotations: it changes when the configuration does. */}}
{{- define "portcullis.sidecar.podAnnotations" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if and $settings.enabled $settings.config -}}
checksum/portcullis: {{ toYaml $settings.config | sha256sum }}
{{- end -}}
{{- end -}}
