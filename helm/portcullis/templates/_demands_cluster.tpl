{{/* What an API server would refuse, after half of the release has been made. */}}

{{/* A rollout has a first step, and a DaemonSet's has one kind of it. */}}
{{- define "portcullis.demands.rollout" -}}
{{- $key := ternary "updateStrategy" "strategy" (eq .Values.kind "DaemonSet") -}}
{{- $strategy := index .Values $key -}}
{{- $rolling := $strategy.rollingUpdate | default dict -}}
{{- if and (eq ($strategy.type | default "RollingUpdate") "RollingUpdate") $rolling -}}
{{- /* What Kubernetes takes where nothing is said. */ -}}
{{- $absent := ternary (dict "maxSurge" "0" "maxUnavailable" "1") (dict "maxSurge" "25%" "maxUnavailable" "25%") (eq .Values.kind "DaemonSet") -}}
{{- $given := 0 -}}
{{- range $name, $default := $absent -}}
{{- $amount := ternary (get $rolling $name) $default (hasKey $rolling $name) | toString -}}
{{- if not (regexMatch "^0+%?$" $amount) -}}{{- $given = add1 $given -}}{{- end -}}
{{- end -}}
{{- if eq (int $given) 0 -}}
{{- fail (printf "portcullis: %s.rollingUpdate.maxSurge and maxUnavailable are both 0: no pod could be replaced; set one of them to 1" $key) -}}
{{- end -}}
{{- if and (eq .Values.kind "DaemonSet") (eq (int $given) 2) -}}
{{- fail (printf "portcullis: %s.rollingUpdate.maxSurge and maxUnavailable are both set, and maxUnavailable is 1 where nothing is said: a DaemonSet takes one; set the other to 0" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A Service has what its type can have, and no port twice. */}}
{{- define "portcullis.demands.service" -}}
{{- with .Values.service -}}
{{- $type := .type -}}
{{- if eq $type "ClusterIP" -}}
{{- range $key := list "nodePort" "externalTrafficPolicy" -}}
{{- if index $.Values.service $key -}}
{{- fail (printf "portcullis: service.%s with service.type ClusterIP: nobody comes from outside the cluster; set service.type to NodePort or LoadBalancer, or leave it empty" $key) -}}
{{- end -}}
{{- end -}}
{{- range .extraPorts -}}
{{- if .nodePort -}}
{{- fail "portcullis: service.extraPorts has a nodePort with service.type ClusterIP: nobody comes from outside the cluster; set service.type to NodePort or LoadBalancer, or leave it out" -}}
{{- end -}}
{{- end -}}
{{- else if eq .clusterIP "None" -}}
{{- fail (printf "portcullis: service.clusterIP is None and service.type %s: nodes lead to an address; set service.type to ClusterIP, or leave service.clusterIP empty" $type) -}}
{{- end -}}
{{- if ne $type "LoadBalancer" -}}
{{- range $key := list "loadBalancerClass" "loadBalancerSourceRanges" -}}
{{- if index $.Values.service $key -}}
{{- fail (printf "portcullis: service.%s with service.type %s: set service.type to LoadBalancer, or leave it empty" $key $type) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $names := list (include "portcullis.proxyPortName" $) -}}
{{- $ports := list (include "portcullis.servicePort" $ | int) -}}
{{- range .extraPorts -}}
{{- if has .name $names -}}
{{- fail (printf "portcullis: service.extraPorts has two ports called %s, of which one may be the proxy's own: choose another name" .name) -}}
{{- end -}}
{{- if has (int .port) $ports -}}
{{- fail (printf "portcullis: service.extraPorts has port %d twice, of which one may be the proxy's own: choose another, or set service.port" (int .port)) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- $ports = append $ports (int .port) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Nobody asks for more than they may have: (list "resources" RESOURCES). */}}
{{- define "portcullis.demands.resources" -}}
{{- $where := first . -}}
{{- $limits := (last .).limits | default dict -}}
{{- range $what, $asked := (last .).requests | default dict -}}
{{- $limit := get $limits $what -}}
{{- if and (hasKey $limits $what) (gt (include "portcullis.quantity" $asked | float64) (include "portcullis.quantity" $limit | float64)) -}}
{{- fail (printf "portcullis: %s.requests.%s is %v and %s.limits.%s is %v: nobody may ask for more than the limit; raise that" $where $what $asked $where $what $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity, as in 128Mi, as a plain number. */}}
{{- define "portcullis.quantity" -}}
{{- $units := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "Ki" 0x1p10 "M" 1e6 "Mi" 0x1p20 "G" 1e9 "Gi" 0x1p30 "T" 1e12 "Ti" 0x1p40 "P" 1e15 "Pi" 0x1p50 "E" 1e18 "Ei" 0x1p60 -}}
{{- $unit := kindIs "string" . | ternary (regexFind "[A-Za-z]+$" (toString .)) "" -}}
{{- $number := kindIs "string" . | ternary (trimSuffix $unit (toString .)) . | float64 -}}
{{- printf "%.3f" (mulf $number (ternary (get $units $unit) 1.0 (hasKey $units $unit))) -}}
{{- end -}}
