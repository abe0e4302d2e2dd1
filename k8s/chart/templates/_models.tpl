{{/* The models with what follows from their device, as a JSON list. */}}
{{- define "blipq.models" -}}
{{- if not .Values.models }}{{ fail "no model is named: --set 'models[0].name=Salesforce/blip-image-captioning-large'" }}{{ end -}}
{{- $ids := list -}}
{{- $models := list -}}
{{- range $index, $given := .Values.models -}}
{{- $name := required (printf "models[%d].name is not set" $index) $given.name -}}
{{- $id := $given.id | default (include "blipq.modelId" $name) -}}
{{- if has $id $ids }}{{ fail (printf "two models would have the workers %q: set models[%d].id to a name of its own" $id $index) }}{{ end -}}
{{- $ids = append $ids $id -}}
{{- $worker := printf "%s-worker-%s" (include "blipq.fullname" $) $id -}}
{{- if gt (len $worker) 54 }}{{ fail (printf "%s is longer than the 54 characters that a worker's name may have: set models[%d].id to a shorter one" $worker $index) }}{{ end -}}
{{- $scaled := or (hasKey $given "min") (hasKey $given "max") -}}
{{- if and $scaled (hasKey $given "replicas") }}{{ fail (printf "models[%d] has replicas and min or max: a number is fixed or KEDA's, not both" $index) }}{{ end -}}
{{- if and $scaled (not $.Values.keda.enabled) }}{{ fail (printf "models[%d].min and max are for KEDA: set keda.enabled=true, or replicas instead" $index) }}{{ end -}}
{{- $model := merge (deepCopy $given) (deepCopy (index $.Values.devices ($given.device | default "cpu"))) -}}
{{- /* Not merged: merge takes a 0 for a value that is not set. */ -}}
{{- range $key, $value := ternary (dict "min" 0 "max" 10) (dict "replicas" 2) $scaled -}}
{{- if not (hasKey $given $key) }}{{ $_ := set $model $key $value }}{{ end -}}
{{- end -}}
{{- $model = merge $model (dict "device" "cpu" "id" $id "worker" $worker "scaled" $scaled) -}}
{{- if and $scaled (lt (int $model.max) (int $model.min)) }}{{ fail (printf "models[%d].max is less than min" $index) }}{{ end -}}
{{- with $model.gpu }}{{ $_ := set $model.resources.limits . 1 }}{{ end -}}
{{- $_ := set $model "reference" (ternary (printf "%s@%s" $name $given.revision) $name (not (empty $given.revision))) -}}
{{- $models = append $models $model -}}
{{- end -}}
{{- toJson $models -}}
{{- end }}

{{/* Salesforce/blip-image-captioning-large is blip-image-captioning-large. */}}
{{- define "blipq.modelId" -}}
{{- regexReplaceAll "[^a-z0-9]+" (. | trimSuffix "/" | splitList "/" | last | lower) "-" | trimAll "-" -}}
{{- end }}

{{/* What workers register the model as: an adapter's own name, a folder's last part, the name on the Hub. */}}
{{- define "blipq.servedName" -}}
{{- $own := . | splitList "+" | last | trimSuffix "/" -}}
{{- ternary ($own | splitList "/" | last) $own (regexMatch "^[./]" $own) -}}
{{- end }}

{{/* What a model's containers are configured with, as JSON. Takes root and model. */}}
{{- define "blipq.workerEnv" -}}
{{- $env := dict "BLIPQ_MODEL" .model.reference "BLIPQ_DEVICE" (ternary "cpu" "cuda" (eq .model.device "cpu")) -}}
{{- $_ := set $env "BLIPQ_BATCH_MAX" .model.batchMax -}}
{{- $_ := set $env "HF_HUB_OFFLINE" "1" -}}
{{- $_ := set $env "BLIPQ_BATCH_DEADLINE_MS" 120000 -}}
{{- if ne .root.Values.modelStorage.type "image" }}{{ $_ := set (set $env "HF_HOME" "/models/hub") "BLIPQ_CACHE" "/models/graphs" }}{{ end -}}
{{- $env = mergeOverwrite (include "blipq.commonEnv" .root | fromJson) $env .root.Values.worker.env (.model.env | default dict) -}}
{{- /* The two batches in hand at their longest. */ -}}
{{- if not (hasKey $env "BLIPQ_DRAIN_MS") }}{{ $_ := set $env "BLIPQ_DRAIN_MS" (mul 2 (int64 $env.BLIPQ_BATCH_DEADLINE_MS)) }}{{ end -}}
{{- toJson $env -}}
{{- end }}

{{- define "blipq.workerImage" -}}
{{- $image := ternary "workerCpu" "workerCuda" (eq .model.device "cpu") -}}
{{- .model.image | default (include "blipq.image" (dict "root" .root "image" $image)) -}}
{{- end }}

{{- define "blipq.modelVolume" -}}
{{- $storage := .Values.modelStorage -}}
{{- if has $storage.type (list "rwx" "rwo") }}
- name: models
  persistentVolumeClaim: { claimName: {{ $storage.existingClaim | default (printf "%s-models" (include "blipq.fullname" .)) }} }
{{- else if eq $storage.type "hostPath" }}
- name: models
  hostPath: { path: {{ required "modelStorage.hostPath is not set: the folder on every node that holds the models" $storage.hostPath }}, type: Directory }
{{- end }}
{{- end }}

{{- define "blipq.modelMount" -}}
{{- if ne .Values.modelStorage.type "image" }}
- { name: models, mountPath: /models }
{{- end }}
{{- end }}

{{/* One node has the volume: all who mount it run there. */}}
{{- define "blipq.modelAffinity" -}}
{{- if eq .Values.modelStorage.type "rwo" }}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "blipq.selector" (dict "root" .) | nindent 12 }}
            blipq/models-volume: "true"
{{- end }}
{{- end }}
