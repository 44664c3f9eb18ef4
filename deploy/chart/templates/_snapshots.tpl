{{/* Not empty when the sidecar for snapshots runs. */}}
{{- define "gluster-csi.snapshots" -}}
{{- include "gluster-csi.isOn" (dict "root" . "value" .Values.snapshots.enabled "api" "snapshot.storage.k8s.io/v1") -}}
{{- end -}}

{{/* Not empty when it also takes snapshots of groups. */}}
{{- define "gluster-csi.groupSnapshots" -}}
{{- if include "gluster-csi.snapshots" . -}}
{{- $api := "groupsnapshot.storage.k8s.io/v1" -}}
{{- include "gluster-csi.isOn" (dict "root" . "value" .Values.snapshots.groups "api" $api) -}}
{{- end -}}
{{- end -}}

{{/* Takes { root, value, api }: true, false, or "auto", which is whether the cluster serves the API. */}}
{{- define "gluster-csi.isOn" -}}
{{- if eq (toString .value) "true" -}}
true
{{- else if and (eq (toString .value) "auto") (.root.Capabilities.APIVersions.Has .api) -}}
true
{{- end -}}
{{- end -}}

{{/* What kinds of snapshots begin with in the API, with the API's group, as JSON. */}}
{{- define "gluster-csi.snapshotApis" -}}
{{- $apis := dict "volumesnapshot" "snapshot.storage.k8s.io" -}}
{{- if include "gluster-csi.groupSnapshots" . -}}
{{- $apis = set $apis "volumegroupsnapshot" "groupsnapshot.storage.k8s.io" -}}
{{- end -}}
{{- toJson $apis -}}
{{- end -}}

{{/* Takes { root, class, driver, kind, group }: one VolumeSnapshotClass or VolumeGroupSnapshotClass. */}}
{{- define "gluster-csi.snapshotClass" -}}
---
apiVersion: {{ .group }}.storage.k8s.io/v1
kind: {{ .kind }}
metadata:
  name: {{ .class.name }}
  labels: {{- include "gluster-csi.labels" (dict "root" .root "role" "driver") | nindent 4 }}
  {{- if .class.default }}
  annotations:
    {{ .group }}.storage.kubernetes.io/is-default-class: "true"
  {{- end }}
driver: {{ .driver }}
deletionPolicy: {{ .class.deletionPolicy | default "Delete" }}
{{- with .class.parameters }}
parameters:
  {{- range $parameter, $value := . }}
  {{ $parameter }}: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end -}}
