{{/* What all pods have in common. */}}

{{- define "blipq.podAnnotations" -}}
# What is in the pods' /tmp may be lost: it keeps no autoscaler of nodes from moving them.
cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes: tmp
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Pods read Secrets at their start: those that come from values roll them when they change. */}}
{{- define "blipq.secretsChecksum" -}}
{{- $made := list .Values.redis.url .Values.apiKeys.json .Values.webhooks.secret | join "\n" -}}
{{- if trim $made }}
blipq/secrets: {{ sha256sum $made }}
{{- end }}
{{- end }}

{{/* Takes root, and fsGroup for those that write to a volume. */}}
{{- define "blipq.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  {{- if .fsGroup }}
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "blipq.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/*
Over nodes, among pods of one revision: without pod-template-hash those of the revision before count too, and both of two
new ones land on one node. The scheduler passes over nodes that lack one of the labels, so that zones are spread over only
where that is asked for. Takes root, and the pods' labels as YAML.
*/}}
{{- define "blipq.spread" -}}
topologySpreadConstraints:
  {{- range .root.Values.topologyKeys }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- $.labels | nindent 8 }}
  {{- end }}
{{- end }}

{{/* Takes nodeSelector, tolerations and priorityClassName. */}}
{{- define "blipq.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Liveness and startup ask the process alone, so that an outage of Redis restarts nobody. Takes the port's name. */}}
{{- define "blipq.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

{{/* Values from files are float64, of which toString makes 1e+06. */}}
{{- define "blipq.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{/* A map of variables as a container's env. */}}
{{- define "blipq.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ include "blipq.text" $value | quote }}
{{- end }}
{{- end }}

{{/* Takes name, secret and key. */}}
{{- define "blipq.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: { name: {{ .secret }}, key: {{ .key }} }
{{- end }}

{{/* What gateways, workers and notifiers have in common, as JSON. */}}
{{- define "blipq.commonEnv" -}}
{{- $env := dict "BLIPQ_NAMESPACE" .Values.redis.namespace "BLIPQ_LOG_LEVEL" .Values.logLevel -}}
{{- with .Values.tracing.endpoint }}{{ $_ := set $env "OTEL_EXPORTER_OTLP_ENDPOINT" . }}{{ end -}}
{{- if .Values.redis.ca.existingSecret }}{{ $_ := set $env "NODE_EXTRA_CA_CERTS" (printf "/etc/redis-ca/%s" .Values.redis.ca.key) }}{{ end -}}
{{- toJson $env -}}
{{- end }}

{{- define "blipq.redisCaMount" -}}
{{- if .Values.redis.ca.existingSecret }}
- { name: redis-ca, mountPath: /etc/redis-ca, readOnly: true }
{{- end }}
{{- end }}

{{- define "blipq.redisCaVolume" -}}
{{- with .Values.redis.ca.existingSecret }}
- name: redis-ca
  secret: { secretName: {{ . }} }
{{- end }}
{{- end }}

{{/* Gateways check the addresses that notifiers send to. As JSON. */}}
{{- define "blipq.webhookEnv" -}}
{{- $env := dict -}}
{{- with .Values.webhooks.allow }}{{ $_ := set $env "BLIPQ_WEBHOOK_ALLOW" (join "," .) }}{{ end -}}
{{- with .Values.webhooks.ports }}{{ $_ := set $env "BLIPQ_WEBHOOK_PORTS" (join "," .) }}{{ end -}}
{{- if .Values.webhooks.http }}{{ $_ := set $env "BLIPQ_WEBHOOK_HTTP" "1" }}{{ end -}}
{{- toJson $env -}}
{{- end }}
