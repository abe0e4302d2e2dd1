{{/* What gateways are configured with, as JSON. */}}
{{- define "blipq.gatewayEnv" -}}
{{- $env := mergeOverwrite (include "blipq.commonEnv" . | fromJson) (include "blipq.webhookEnv" . | fromJson) -}}
{{- $_ := set (set $env "BLIPQ_THREADS" 2) "BLIPQ_SHUTDOWN_DELAY_MS" 5000 -}}
{{- with .Values.fetch.allow }}{{ $_ := set $env "BLIPQ_FETCH_ALLOW" (join "," .) }}{{ end -}}
{{- with .Values.fetch.ports }}{{ $_ := set $env "BLIPQ_FETCH_PORTS" (join "," .) }}{{ end -}}
{{- if .Values.fetch.http }}{{ $_ := set $env "BLIPQ_FETCH_HTTP" "1" }}{{ end -}}
{{- if ne .Values.route.type "none" -}}
{{- with .Values.route.trustProxy }}{{ $_ := set $env "BLIPQ_TRUST_PROXY" . }}{{ end -}}
{{- if .Values.apiKeys.open }}{{ $_ := set $env "BLIPQ_HOSTS" (join "," .Values.route.hosts) }}{{ end -}}
{{- end -}}
{{- toJson (mergeOverwrite $env .Values.gateway.env) -}}
{{- end }}

{{/* A gateway but for its name. Takes root, env, and extraEnv as YAML. */}}
{{- define "blipq.gatewayContainer" -}}
image: {{ include "blipq.image" (dict "root" .root "image" "gateway") }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
ports:
  - { name: http, containerPort: 3000 }
  # /metrics, and /internal/scale: {"demand": N}, captions that want a worker now.
  - { name: internal, containerPort: 3002 }
env:
  {{- include "blipq.env" .env | nindent 2 }}
  {{- include "blipq.redisEnv" .root | nindent 2 }}
  {{- include "blipq.apiKeysEnv" .root | nindent 2 }}
  # Each API key can ask for its own, which comes from this one.
  {{- include "blipq.webhookSecretEnv" .root | nindent 2 }}
  {{- with .root.Values.admin.existingSecret }}
  {{- include "blipq.secretEnv" (dict "name" "BLIPQ_ADMIN_KEY" "secret" . "key" $.root.Values.admin.key) | nindent 2 }}
  {{- end }}
  {{- with .extraEnv }}
  {{- . | nindent 2 }}
  {{- end }}
{{- include "blipq.probes" "http" | nindent 0 }}
resources:
  {{- toYaml .root.Values.gateway.resources | nindent 2 }}
{{- include "blipq.containerSecurity" .root | nindent 0 }}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  {{- include "blipq.redisCaMount" .root | nindent 2 }}
{{- end }}

{{- define "blipq.gatewayGrace" -}}
# BLIPQ_SHUTDOWN_DELAY_MS, until no proxy sends new requests here, BLIPQ_DRAIN_MS (15 s), and 10 s.
terminationGracePeriodSeconds: {{ add 10 (div (add 999 (int64 .BLIPQ_SHUTDOWN_DELAY_MS) (int64 (.BLIPQ_DRAIN_MS | default 15000))) 1000) }}
{{- end }}

{{- define "blipq.podIp" -}}
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
{{- end }}

{{/* Who is believed by the gateway for operators: the proxy in its own pod, alone. */}}
{{- define "blipq.adminEnv" -}}
{{ include "blipq.podIp" . }}
- { name: BLIPQ_ADMIN_TRUST_HEADER, value: X-Forwarded-Email }
- { name: BLIPQ_ADMIN_TRUST_PROXIES, value: $(POD_IP) }
{{- end }}
