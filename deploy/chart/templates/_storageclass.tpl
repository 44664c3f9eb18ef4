{{/* Takes { root, class, driver }. */}}
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
  {{- range $parameter, $value := .class.parameters }}
  {{ $parameter }}: {{ $value | quote }}
  {{- end }}
{{- end -}}
