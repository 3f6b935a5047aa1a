{{/* How things are called, and the labels that they bear. */}}

{{- define "portcullis.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the release's objects: 63 characters at most, as a Service's. */}}
{{- define "portcullis.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The same with a suffix that survives the shortening: (list $ "telemetry"). */}}
{{- define "portcullis.suffixed" -}}
{{- $suffix := last . -}}
{{- $room := int (sub 62 (len $suffix)) -}}
{{- printf "%s-%s" (include "portcullis.fullname" (first .) | trunc $room | trimSuffix "-") $suffix -}}
{{- end -}}

{{- define "portcullis.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "portcullis.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* What a selector looks for. It never changes: selectors of a Deployment cannot be changed. */}}
{{- define "portcullis.selector" -}}
{{- $root := first . -}}
app.kubernetes.io/name: {{ include "portcullis.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{/* The labels of an object: (list $ "gateway"). */}}
{{- define "portcullis.labels" -}}
{{- $root := first . -}}
{{- $own := include "portcullis.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" $root.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- merge $own $root.Values.commonLabels | toYaml -}}
{{- end -}}

{{/* The metadata of an object:
     (dict "root" $ "name" "..." "component" "gateway" "labels" {} "annotations" {} "namespace" "") */}}
{{- define "portcullis.metadata" -}}
{{- $labels := include "portcullis.labels" (list .root .component) | fromYaml -}}
{{- $annotations := merge (deepCopy (.annotations | default dict)) .root.Values.commonAnnotations -}}
metadata:
  name: {{ .name }}
  {{- if not .cluster }}
  namespace: {{ .namespace | default .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- merge $labels (.labels | default dict) | toYaml | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "portcullis.image" -}}
{{- $image := .Values.image -}}
{{- $name := $image.repository -}}
{{- with $image.registry -}}{{- $name = printf "%s/%s" (trimSuffix "/" .) $name -}}{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The version of Kubernetes that is rendered for. */}}
{{- define "portcullis.kubeVersion" -}}
{{- default .Capabilities.KubeVersion.Version .Values.kubeVersion -}}
{{- end -}}
