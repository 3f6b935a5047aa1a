{{/* An authority of the release's own. Were the certificate to sign itself, each renewal would be one
     more authority, and the API server would refuse the webhook until its pods have the new Secret. */}}

{{- define "portcullis.webhook.authority" -}}
{{- $leaf := include "portcullis.suffixed" (list . "webhook") -}}
{{- $authority := include "portcullis.suffixed" (list . "webhook-ca") -}}
apiVersion: cert-manager.io/v1
kind: Issuer
{{ include "portcullis.metadata" (dict "root" $ "component" "webhook" "name" $leaf) }}
spec:
  ca:
    secretName: {{ $authority }}
---
apiVersion: cert-manager.io/v1
kind: Certificate
{{ include "portcullis.metadata" (dict "root" $ "component" "webhook" "name" $authority) }}
spec:
  isCA: true
  commonName: {{ $authority }}
  secretName: {{ $authority }}
  # Ten years. Renewed it has the same key, so that what it signed before stays good.
  duration: 87600h
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Never
  issuerRef:
    name: {{ $authority }}
    kind: Issuer
    group: cert-manager.io
---
apiVersion: cert-manager.io/v1
kind: Issuer
{{ include "portcullis.metadata" (dict "root" $ "component" "webhook" "name" $authority) }}
spec:
  selfSigned: {}
{{- end -}}
