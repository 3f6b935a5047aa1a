{{/* How the pod is reached: the Service's port, the service's own probes, and who may come. */}}

{{/* The `targetPort` of the Service: (list . 9000) gives the proxy's, or 9000 without a proxy. */}}
{{- define "portcullis.sidecar.targetPort" -}}
{{- $settings := include "portcullis.sidecar.settings" (first .) | fromYaml -}}
{{- /* By number: before Kubernetes 1.32 Services do not know names of ports of restartable init containers. */ -}}
{{- if $settings.enabled -}}{{ $settings.port }}{{- else -}}{{- last . -}}{{- end -}}
{{- end -}}

{{/* The address that the service is to listen on. */}}
{{- define "portcullis.sidecar.appAddress" -}}
{{- $settings := include "portcullis.sidecar.settings" . | fromYaml -}}
{{- if and $settings.enabled $settings.appSocket -}}
unix:/run/portcullis/app.sock
{{- else if not $settings.appPort -}}
{{- fail "portcullis sidecar: appAddress does not know where the service listens: only appPort and appSocket say so; with upstream, config or configMap write it where appAddress is included" -}}
{{- else -}}
{{- printf "%s:%d" (ternary "127.0.0.1" "0.0.0.0" $settings.enabled) (int $settings.appPort) -}}
{{- end -}}
{{- end -}}

{{/* What a probe of the service's container asks: (list . "readiness"), a name of `probes`. */}}
{{- define "portcullis.sidecar.probe" -}}
{{- $settings := include "portcullis.sidecar.settings" (first .) | fromYaml -}}
{{- if not (get ($settings.probes | default dict) (last .)) -}}
{{- fail (printf "portcullis sidecar: there is no %s in probes: write it as %s: http://127.0.0.1:PORT/PATH" (last .) (last .)) -}}
{{- end -}}
httpGet:
  path: /probe/{{ last . }}
  port: {{ $settings.telemetryPort }}
  scheme: HTTP
{{- end -}}

{{/* Lets in nobody but through the proxy, for a service that cannot listen on loopback:
     (list . SELECTOR), with the labels that the pods bear. */}}
{{- define "portcullis.sidecar.networkPolicy" -}}
{{- $settings := include "portcullis.sidecar.settings" (first .) | fromYaml -}}
{{- if $settings.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $settings.objectName }}
  namespace: {{ $settings.namespace }}
spec:
  podSelector:
    matchLabels:
      {{- toYaml (last .) | nindent 6 }}
  policyTypes:
    - Ingress
  ingress:
    - ports:
        - port: {{ $settings.port }}
          protocol: TCP
      {{- with $settings.networkPolicy.proxyFrom }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    - ports:
        - port: {{ $settings.telemetryPort }}
          protocol: TCP
      {{- with $settings.networkPolicy.telemetryFrom }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end -}}
