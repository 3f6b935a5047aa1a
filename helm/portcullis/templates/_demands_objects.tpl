{{/* What must hold among objects of the cluster, besides the program's configuration. */}}

{{/* Objects fit together. */}}
{{- define "portcullis.demands.objects" -}}
{{- $values := .Values -}}
{{- if and $values.autoscaling.enabled (eq $values.kind "DaemonSet") -}}
{{- fail "portcullis: autoscaling.enabled with kind DaemonSet: a DaemonSet has one pod for each node; set kind to Deployment" -}}
{{- end -}}
{{- with $values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail "portcullis: autoscaling.minReplicas is more than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .enabled (not (or .cpu .memory .metrics)) -}}
{{- fail "portcullis: autoscaling.enabled without anything to scale by: set autoscaling.cpu, autoscaling.memory or autoscaling.metrics" -}}
{{- end -}}
{{- end -}}
{{- with $values.podDisruptionBudget -}}
{{- if and .enabled (not (kindIs "invalid" .minAvailable)) (not (kindIs "invalid" .maxUnavailable)) -}}
{{- fail "portcullis: podDisruptionBudget has minAvailable and maxUnavailable: set one of them to null" -}}
{{- end -}}
{{- if and .enabled (kindIs "invalid" .minAvailable) (kindIs "invalid" .maxUnavailable) -}}
{{- fail "portcullis: podDisruptionBudget has neither minAvailable nor maxUnavailable: set one of them" -}}
{{- end -}}
{{- end -}}
{{- if and $values.ingress.enabled (not $values.ingress.hosts) -}}
{{- fail "portcullis: ingress.enabled without ingress.hosts: name a host, as in [{host: api.example}]" -}}
{{- end -}}
{{- if and $values.networkPolicy.enabled $values.networkPolicy.egress.enabled -}}
{{- include "portcullis.demands.egress" . -}}
{{- end -}}
{{- range $route := list "httpRoute" "grpcRoute" -}}
{{- with index $values.gatewayApi $route -}}
{{- if and .enabled (not .parentRefs) -}}
{{- fail (printf "portcullis: gatewayApi.%s.enabled without parentRefs: name the Gateway, as in [{name: public}]" $route) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.serviceMonitor.enabled (not $values.telemetryService.enabled) -}}
{{- fail "portcullis: serviceMonitor.enabled without telemetryService.enabled: there would be nothing to scrape; enable it, or use podMonitor" -}}
{{- end -}}
{{- if and $values.serviceMonitor.enabled $values.podMonitor.enabled -}}
{{- fail "portcullis: serviceMonitor and podMonitor are both enabled: every sample would be counted twice; choose one" -}}
{{- end -}}
{{- end -}}

{{/* A pod lives as long as its program drains. */}}
{{- define "portcullis.demands.end" -}}
{{- $given := .Values.terminationGracePeriodSeconds -}}
{{- $drain := include "portcullis.drain" . | int64 -}}
{{- $known := true -}}
{{- range .Values.extraEnv -}}
{{- if hasPrefix "PORTCULLIS_SERVER__DRAIN_" .name -}}
{{- $known = false -}}
{{- if kindIs "invalid" $given -}}
{{- fail (printf "portcullis: extraEnv has %s: the pod's grace period would not know; write it in config.server, or set terminationGracePeriodSeconds" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $known (not (kindIs "invalid" $given)) (lt (int64 $given) $drain) -}}
{{- fail (printf "portcullis: terminationGracePeriodSeconds is %d, and config.server.drain_delay and drain_timeout are %d s together: the kubelet would cut requests off; leave it empty, or make it longer" (int64 $given) $drain) -}}
{{- end -}}
{{- end -}}

{{/* The way out leads to Keystone and to the services. */}}
{{- define "portcullis.demands.egress" -}}
{{- $config := .Values.config | default dict -}}
{{- $elsewhere := list -}}
{{- range .Values.extraEnv -}}{{- $elsewhere = append $elsewhere .name -}}{{- end -}}
{{- with .Values.networkPolicy.egress -}}
{{- $keystone := and ($config.keystone | default dict).auth_url (not (has "PORTCULLIS_KEYSTONE__AUTH_URL" $elsewhere)) -}}
{{- if not (or .keystoneTo .keystonePorts .extra $keystone) -}}
{{- fail "portcullis: networkPolicy.egress.enabled, but the chart does not know where Keystone is: name it in networkPolicy.egress.keystoneTo or keystonePorts" -}}
{{- end -}}
{{- $upstream := and $config.upstream (not (has "PORTCULLIS_UPSTREAM__URL" $elsewhere)) -}}
{{- if not (or .upstreamTo .upstreamPorts .extra $upstream) -}}
{{- fail "portcullis: networkPolicy.egress.enabled, but the chart does not know where the service is: name it in networkPolicy.egress.upstreamTo or upstreamPorts" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The webhook has a certificate that the API server can check. */}}
{{- define "portcullis.demands.webhook" -}}
{{- $certificate := .Values.webhook.certificate -}}
{{- if not (or $certificate.secretName $certificate.certManager.enabled) -}}
{{- fail "portcullis: webhook.enabled without a certificate: name a Secret in webhook.certificate.secretName, or set webhook.certificate.certManager.enabled" -}}
{{- end -}}
{{- if not (or $certificate.caBundle $certificate.certManager.enabled .Values.webhook.annotations) -}}
{{- fail "portcullis: webhook.certificate.caBundle is missing: the API server has to know who signed the certificate; give it in base64, or an annotation that has it injected" -}}
{{- end -}}
{{- with .Values.webhook -}}
{{- range list .podLabels .podAnnotations $.Values.commonLabels $.Values.commonAnnotations -}}
{{- if hasKey (. | default dict) "portcullis/inject" -}}
{{- fail "portcullis: the webhook's own pods bear portcullis/inject: they could not start while it is away; take it out of webhook.podLabels, webhook.podAnnotations, commonLabels and commonAnnotations" -}}
{{- end -}}
{{- end -}}
{{- $chosen := or .namespaceSelector .objectSelector -}}
{{- if and (eq .failurePolicy "Fail") (not $chosen) (not (include "portcullis.webhook.conditions" $)) -}}
{{- fail "portcullis: before Kubernetes 1.28 no pod of the cluster starts while the webhook is away: choose whom it is for by webhook.namespaceSelector or webhook.objectSelector, as in --set-string webhook.objectSelector.matchLabels.portcullis/inject=true" -}}
{{- end -}}
{{- end -}}
{{- end -}}
