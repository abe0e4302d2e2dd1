{{/* How a Service is reached from outside. Takes root, name (the Service, without the release's part), hosts, port (its name) and tlsSecret. */}}
{{- define "blipq.route" -}}
{{- $route := .root.Values.route -}}
{{- if eq $route.type "httpRoute" }}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{- include "blipq.metadata" (dict "root" .root "name" .name "component" .name) | nindent 2 }}
spec:
  parentRefs:
    - name: {{ required "route.httpRoute.gateway.name is not set: the Gateway that the route hangs on" $route.httpRoute.gateway.name }}
      {{- with $route.httpRoute.gateway.namespace }}
      namespace: {{ . }}
      {{- end }}
      {{- with $route.httpRoute.gateway.sectionName }}
      sectionName: {{ . }}
      {{- end }}
  hostnames:
    {{- toYaml .hosts | nindent 4 }}
  rules:
    - matches:
        - path: { type: PathPrefix, value: / }
      backendRefs:
        - { name: {{ include "blipq.fullname" .root }}-{{ .name }}, port: 80 }
      {{- with $route.httpRoute.requestTimeout }}
      # 0s is none: a request may wait, and streams of events last as long as their work.
      timeouts: { request: {{ . }} }
      {{- end }}
{{- else if eq $route.type "ingress" }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "blipq.metadata" (dict "root" .root "name" .name "component" .name) | nindent 2 }}
  {{- with $route.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $route.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if .tlsSecret }}
  tls:
    - hosts:
        {{- toYaml .hosts | nindent 8 }}
      secretName: {{ .tlsSecret }}
  {{- end }}
  rules:
    {{- range .hosts }}
    - host: {{ . | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ include "blipq.fullname" $.root }}-{{ $.name }}
                port: { name: {{ $.port }} }
    {{- end }}
{{- end }}
{{- end }}
