{{/* Which Secret holds what: one of yours, or one that templates/secrets.yaml makes. */}}

{{- define "blipq.redisSecret" -}}
{{- .Values.redis.existingSecret | default (printf "%s-redis" (include "blipq.fullname" .)) -}}
{{- end }}

{{- define "blipq.redisKey" -}}
{{- ternary .Values.redis.key "REDIS_URL" (ne .Values.redis.existingSecret "") -}}
{{- end }}

{{- define "blipq.redisUrl" -}}
{{- $given := list -}}
{{- if .Values.redis.existingSecret }}{{ $given = append $given "redis.existingSecret" }}{{ end -}}
{{- if .Values.redis.url }}{{ $given = append $given "redis.url" }}{{ end -}}
{{- if .Values.valkey.enabled }}{{ $given = append $given "valkey.enabled" }}{{ end -}}
{{- if not $given }}{{ fail "no Redis is named: set redis.existingSecret to a Secret with the address as REDIS_URL, or redis.url, or, to try BlipQ out, valkey.enabled=true" }}{{ end -}}
{{- if gt (len $given) 1 }}{{ fail (printf "%s name a Redis each: keep one of them" (join " and " $given)) }}{{ end -}}
{{- ternary (printf "redis://%s-valkey:6379" (include "blipq.fullname" .)) .Values.redis.url .Values.valkey.enabled -}}
{{- end }}

{{/* Of redis.ports, and those that redis.url has. As JSON. */}}
{{- define "blipq.redisPorts" -}}
{{- $ports := list -}}
{{- range .Values.redis.ports }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- $hosts := .Values.redis.url | regexFind "//[^/]*" | splitList "@" | last -}}
{{- range regexFindAll ":[0-9]+" $hosts -1 }}{{ $ports = append $ports (trimPrefix ":" . | int) }}{{ end -}}
{{- $ports | uniq | toJson -}}
{{- end }}

{{- define "blipq.redisEnv" -}}
{{- include "blipq.secretEnv" (dict "name" "REDIS_URL" "secret" (include "blipq.redisSecret" .) "key" (include "blipq.redisKey" .)) -}}
{{- end }}

{{- define "blipq.webhookSecretEnv" -}}
{{- $secret := .Values.webhooks.existingSecret -}}
{{- $key := ternary .Values.webhooks.key "BLIPQ_WEBHOOK_SECRET" (ne $secret "") -}}
{{- include "blipq.secretEnv" (dict "name" "BLIPQ_WEBHOOK_SECRET" "secret" ($secret | default (printf "%s-webhooks" (include "blipq.fullname" .))) "key" $key) }}
{{- with .Values.webhooks.namedKey }}
{{ include "blipq.secretEnv" (dict "name" "BLIPQ_WEBHOOK_SECRETS" "secret" (required "webhooks.namedKey is a key of webhooks.existingSecret, which is not set" $secret) "key" .) }}
{{- end }}
{{- end }}

{{/* Empty where everybody may call. */}}
{{- define "blipq.apiKeysEnv" -}}
{{- $keys := .Values.apiKeys -}}
{{- if and (ne .Values.route.type "none") (not $keys.existingSecret) (not $keys.json) (not $keys.open) }}{{ fail "route.type makes the API public and nobody needs a key: set apiKeys.existingSecret, or apiKeys.open=true where everybody may call" }}{{ end -}}
{{- if $keys.existingSecret }}
{{- include "blipq.secretEnv" (dict "name" "BLIPQ_API_KEYS" "secret" $keys.existingSecret "key" $keys.key) }}
{{- else if $keys.json }}
{{- include "blipq.secretEnv" (dict "name" "BLIPQ_API_KEYS" "secret" (printf "%s-api-keys" (include "blipq.fullname" .)) "key" "BLIPQ_API_KEYS") }}
{{- end }}
{{- end }}

{{/* Empty where all models are public. */}}
{{- define "blipq.hubSecretEnv" -}}
{{- if .Values.hub.existingSecret }}
{{- include "blipq.secretEnv" (dict "name" "HF_TOKEN" "secret" .Values.hub.existingSecret "key" .Values.hub.key) }}
{{- else if .Values.hub.token }}
{{- include "blipq.secretEnv" (dict "name" "HF_TOKEN" "secret" (printf "%s-hub" (include "blipq.fullname" .)) "key" "HF_TOKEN") }}
{{- end }}
{{- end }}
