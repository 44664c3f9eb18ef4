{{/* What the schema cannot say of the clusters and what names them. */}}
{{- define "gluster-csi.check" -}}
{{- if not .Values.clusters -}}
{{- fail "clusters is empty: name at least one cluster with its gateways and servers (see deploy/examples/values.yaml)" -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.clusters -}}
{{- if has .name $names -}}
{{- fail (printf "clusters: %q is there twice; give each cluster a name of its own" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $default := list -}}
{{- $classes := .Values.storageClasses -}}
{{- if .Values.block.enabled -}}{{- $classes = concat $classes .Values.block.storageClasses -}}{{- end -}}
{{- if .Values.block.iscsi.enabled -}}{{- $classes = concat $classes .Values.block.iscsi.storageClasses -}}{{- end -}}
{{- range $classes -}}
{{- if not (has .cluster $names) -}}
{{- fail (printf "storageClasses: %q names cluster %q; known are %s" .name .cluster (join ", " $names)) -}}
{{- end -}}
{{- if .default -}}{{- $default = append $default .name -}}{{- end -}}
{{- end -}}
{{- if gt (len $default) 1 -}}
{{- fail (printf "storageClasses: %s are all default; leave one" (join ", " $default)) -}}
{{- end -}}
{{- if .Values.block.enabled -}}
{{- if not (and .Values.node.hostNetwork .Values.mounter.hostNetwork) -}}
{{- fail "block.enabled needs node.hostNetwork and mounter.hostNetwork: the servers let a node in by its own addresses" -}}
{{- end -}}
{{- if eq .Values.block.driverName .Values.driverName -}}
{{- fail "block.driverName is driverName; give each driver a name of its own" -}}
{{- end -}}
{{- end -}}
{{- range .Values.block.storageClasses -}}
{{- if eq (toString (dig "parameters" "kind" "" .)) "block" -}}
{{- fail (printf "block.storageClasses: %q is of kind block; it belongs into block.iscsi.storageClasses" .name) -}}
{{- end -}}
{{- end -}}
{{- if .Values.block.iscsi.enabled -}}
{{- if not .Values.block.enabled -}}
{{- fail "block.iscsi.enabled needs block.enabled" -}}
{{- end -}}
{{- if not .Values.node.hostPID -}}
{{- fail "block.iscsi.enabled needs node.hostPID: /proc/1/ns leads to the host's multipath and iscsiadm" -}}
{{- end -}}
{{- range .Values.block.iscsi.storageClasses -}}
{{- if and .chapSecret (eq (toString (dig "parameters" "provider" "" .)) "gluster-block") -}}
{{- fail (printf "block.iscsi.storageClasses: %q has a chapSecret; gluster-block makes passwords of its own" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .Values.inline.allow -}}
{{- range .volumes -}}
{{- if not (has (first (splitList "/" .)) $names) -}}
{{- fail (printf "inline.allow: volume %q names an unknown cluster; known are %s" . (join ", " $names)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The Secrets with CHAP that csi-attacher may read, as a JSON list; empty without iSCSI. */}}
{{- define "gluster-csi.chapSecrets" -}}
{{- $names := list -}}
{{- if .Values.block.iscsi.enabled -}}
{{- range .Values.block.iscsi.storageClasses -}}
{{- with .chapSecret -}}{{- $names = append $names . -}}{{- end -}}
{{- end -}}
{{- $names = concat $names .Values.block.iscsi.chapSecrets | uniq -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/* clusters.yaml of the controller: whom to ask, and with which key. */}}
{{- define "gluster-csi.controllerConfig" -}}
version: 1
clusters:
{{- range .Values.clusters }}
  - name: {{ .name }}
    gateways: {{- toYaml .gateways | nindent 6 }}
    servers: {{- toYaml .servers | nindent 6 }}
    {{- with .user }}
    user: {{ . | quote }}
    {{- end }}
    secretFile: /etc/gluster-csi/keys/{{ .name }}/key
    {{- if .ca }}
    caFile: /etc/gluster-csi/ca/{{ .name }}/ca.crt
    {{- end }}
    {{- if .insecure }}
    insecure: true
    {{- end }}
    {{- with .timeoutMs }}
    timeoutMs: {{ int64 . }}
    {{- end }}
{{- end }}
{{- end -}}

{{/* clusters.yaml of the nodes: what to mount from, and what pods may mount by name. No gateway, no key. */}}
{{- define "gluster-csi.nodeConfig" -}}
version: 1
clusters:
{{- range .Values.clusters }}
  - name: {{ .name }}
    servers: {{- toYaml .servers | nindent 6 }}
{{- end }}
{{- with .Values.inline.allow }}
inline:
  allow: {{- toYaml . | nindent 4 }}
{{- end }}
{{- end -}}

{{/* The ports of all gateways, each once: that of the URL, else that of its scheme. */}}
{{- define "gluster-csi.gatewayPorts" -}}
{{- $ports := list -}}
{{- range .Values.clusters -}}
{{- range .gateways -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports ($port | default (ternary "443" "80" (eq $url.scheme "https"))) -}}
{{- end -}}
{{- end -}}
{{- $ports | uniq | join "," -}}
{{- end -}}
