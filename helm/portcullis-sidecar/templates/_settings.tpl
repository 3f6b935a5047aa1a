{{/* What the chart that uses this one wrote, above the defaults of this one.

     Every template here takes the root context (`.`) and looks into `.Values.portcullis`, where the
     dependency has that alias, or else into `.Values.portcullis-sidecar`. A chart with several
     services gives each its own: (dict "root" $ "name" "api" "sidecar" .Values.apiProxy). */}}

{{/* The settings, whole and checked, as YAML. */}}
{{- define "portcullis.sidecar.settings" -}}
{{- $several := hasKey . "sidecar" -}}
{{- $root := . -}}
{{- if $several -}}{{- $root = .root -}}{{- end -}}
{{- $settings := deepCopy (get $root.Values "portcullis-sidecar" | default dict) -}}
{{- $own := get $root.Values "portcullis" | default dict -}}
{{- include "portcullis.sidecar.laid" (list $settings $own) -}}
{{- if $several -}}{{- include "portcullis.sidecar.laid" (list $settings .sidecar) -}}{{- end -}}
{{- if and $several (not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" (toString .name))) -}}
{{- fail (printf "portcullis sidecar: the name of one of several is %v: lower-case letters, digits and -, as in (dict \"root\" . \"name\" \"api\" \"sidecar\" .Values.apiProxy)" .name) -}}
{{- end -}}
{{- include "portcullis.sidecar.demands" $settings -}}
{{- $native := toString $settings.native -}}
{{- if eq $native "auto" -}}
{{- $native = semverCompare ">=1.29.0-0" $root.Capabilities.KubeVersion.Version | toString -}}
{{- end -}}
{{- $_ := set $settings "native" (eq $native "true") -}}
{{- $_ := set $settings "objectName" (include "portcullis.sidecar.name" (list $root (ternary .name "" $several))) -}}
{{- $_ := set $settings "namespace" $root.Release.Namespace -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* How the objects are called: (list ROOT NAME). Charts of one release each have their own, and none
     is called like the gateway's. ConfigMaps and policies may have 253 characters, so nothing is cut. */}}
{{- define "portcullis.sidecar.name" -}}
{{- $root := first . -}}
{{- $parts := compact (list $root.Release.Name $root.Chart.Name (last .)) -}}
{{- printf "%s-portcullis-sidecar" (join "-" $parts) | lower | replace "_" "-" -}}
{{- end -}}

{{/* Lays a mapping over another, two levels deep: (list BELOW ABOVE). `merge` would take `false` and
     0 for absent. */}}
{{- define "portcullis.sidecar.laid" -}}
{{- $below := first . -}}
{{- range $key, $value := last . -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $below $key)) (not (has $key (list "config" "keystone" "probes"))) -}}
{{- $inner := get $below $key -}}
{{- range $name, $item := $value -}}{{- $_ := set $inner $name $item -}}{{- end -}}
{{- else -}}
{{- $_ := set $below $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
