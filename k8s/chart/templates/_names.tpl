{{/* Names, labels and images. */}}

{{- define "blipq.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* What stays the same over releases: for selectors and for the pods of a Job, which cannot change. Takes root and component. */}}
{{- define "blipq.selector" -}}
app.kubernetes.io/name: {{ .root.Values.nameOverride | default .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* Takes root, name (without the release's part) and component. */}}
{{- define "blipq.metadata" -}}
name: {{ include "blipq.fullname" .root }}-{{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "blipq.selector" . | nindent 2 }}
  app.kubernetes.io/part-of: blipq
  app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/*
Takes root and image, a key of `images`. A released chart has the digests of its release in files/digests.json; they hold
for its own tag alone, so that a tag that somebody sets is what they get.
*/}}
{{- define "blipq.image" -}}
{{- $image := index .root.Values.images .image -}}
{{- $tag := $image.tag | default .root.Values.image.tag -}}
{{- $released := .root.Files.Get "files/digests.json" | default "{}" | fromJson -}}
{{- with .root.Values.image.registry }}{{ . | trimSuffix "/" }}/{{ end -}}
{{- $image.repository }}:{{ $tag | default .root.Chart.AppVersion -}}
{{- with $image.digest | default (ternary (get $released .image) "" (empty $tag)) }}@{{ . }}{{ end -}}
{{- end }}
