{{/* Takes { root, class, driver }, and kind where it is not the driver's default. */}}
{{- define "gluster-csi.storageClass" -}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: {{ .class.name }}
  labels: {{- include "gluster-csi.labels" (dict "root" .root "role" "driver") | nindent 4 }}
  {{- if .class.default }}
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
  {{- end }}
provisioner: {{ .driver }}
reclaimPolicy: {{ .class.reclaimPolicy | default "Delete" }}
volumeBindingMode: {{ .class.volumeBindingMode | default "Immediate" }}
allowVolumeExpansion: {{ ne .class.allowVolumeExpansion false }}
{{- with .class.mountOptions }}
mountOptions: {{- toYaml . | nindent 2 }}
{{- end }}
parameters:
  cluster: {{ .class.cluster }}
  {{- with .kind }}
  kind: {{ . }}
  {{- end }}
  {{- with .class.chapSecret }}
  # The controller tells the target of it, and nodes log in with it.
  {{- range $use := list "controller-publish" "node-stage" }}
  csi.storage.k8s.io/{{ $use }}-secret-name: {{ $.class.chapSecret }}
  csi.storage.k8s.io/{{ $use }}-secret-namespace: {{ $.root.Release.Namespace }}
  {{- end }}
  {{- end }}
  {{- range $parameter, $value := .class.parameters }}
  {{ $parameter }}: {{ $value | quote }}
  {{- end }}
{{- end -}}
