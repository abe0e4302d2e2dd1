{{/* The spec of the Job that downloads a model. Takes root and model. */}}
{{- define "blipq.downloadJob" -}}
{{- $env := dict "BLIPQ_MODEL" .model.reference "HF_HOME" "/models/hub" "BLIPQ_CACHE" "/models/graphs" -}}
{{- with .root.Values.hub.endpoint }}{{ $_ := set $env "HF_ENDPOINT" . }}{{ end -}}
backoffLimit: 6
template:
  metadata:
    labels:
      {{- include "blipq.selector" (dict "root" .root "component" "model-download") | nindent 6 }}
      blipq/model: {{ .model.id }}
      blipq/models-volume: "true"
  spec:
    # A pod that failed stays, with its log.
    restartPolicy: Never
    {{- include "blipq.podSecurity" (dict "root" .root "fsGroup" true) | nindent 4 }}
    {{- include "blipq.placement" .root.Values.download | nindent 4 }}
    {{- include "blipq.modelAffinity" .root | nindent 4 }}
    containers:
      - name: download
        image: {{ include "blipq.image" (dict "root" .root "image" "workerCpu") }}
        imagePullPolicy: {{ .root.Values.image.pullPolicy }}
        command: [node, node_modules/blipq/dist/main.js, model, inspect, $(BLIPQ_MODEL)]
        env:
          {{- include "blipq.env" $env | nindent 10 }}
          {{- include "blipq.hubSecretEnv" .root | nindent 10 }}
        resources:
          {{- toYaml .root.Values.download.resources | nindent 10 }}
        {{- include "blipq.containerSecurity" .root | nindent 8 }}
        volumeMounts:
          - { name: tmp, mountPath: /tmp }
          - { name: models, mountPath: /models }
    volumes:
      - name: tmp
        emptyDir: { sizeLimit: 1Gi }
      {{- include "blipq.modelVolume" .root | nindent 6 }}
{{- end }}
