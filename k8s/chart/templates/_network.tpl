{{/* The internet, and nothing private on the way to it. */}}
{{- define "blipq.internet" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
- ipBlock:
    cidr: ::/0
    except: ["fc00::/7", "fe80::/10"]
{{- end }}

{{/* Networks, and addresses, which a policy takes as networks of one. */}}
{{- define "blipq.ipBlocks" -}}
{{- range . }}
- ipBlock: { cidr: {{ ternary . (printf "%s/%s" . (ternary "128" "32" (contains ":" .))) (contains "/" .) | quote }} }
{{- end }}
{{- end }}

{{- define "blipq.tcpPorts" -}}
{{- range . | uniq }}
- { protocol: TCP, port: {{ . }} }
{{- end }}
{{- end }}

{{/* Of an http: or https: address. */}}
{{- define "blipq.portOf" -}}
{{- regexFind ":[0-9]+$" (urlParse .).host | trimPrefix ":" | default (ternary "443" "80" (hasPrefix "https:" .)) -}}
{{- end }}

{{/* A policy's head. Takes root, name, component (which pods; blank: all), redisClients (of those only such) and types. */}}
{{- define "blipq.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "blipq.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "blipq.selector" . | nindent 6 }}
      {{- if .redisClients }}
      blipq/redis-client: "true"
      {{- end }}
  policyTypes: [{{ .types }}]
{{- end }}

{{- define "blipq.namespacePeer" -}}
namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ . }} } }
{{- end }}

{{/* tracing.namespace, or that of the Service in the endpoint: http://NAME.NAMESPACE.svc:4318. */}}
{{- define "blipq.tracingNamespace" -}}
{{- $host := (urlParse .Values.tracing.endpoint).host | splitList ":" | first -}}
{{- $parts := splitList "." $host -}}
{{- $derived := "" -}}
{{- if and (ge (len $parts) 3) (eq (index $parts 2) "svc") }}{{ $derived = index $parts 1 }}{{ end -}}
{{- .Values.tracing.namespace | default $derived | required "tracing.endpoint names no Service as http://NAME.NAMESPACE.svc:4318: set tracing.namespace to the collector's" -}}
{{- end }}
