{{- define "gluster-csi.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc 28 | trimSuffix "-") .Chart.Name -}}
{{- end -}}
{{- end -}}

{{/* Of the whole; what never changes stands in the selectors. Takes { root, role }. */}}
{{- define "gluster-csi.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "gluster-csi.labels" -}}
{{ include "gluster-csi.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "gluster-csi.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* Where node and mounter keep sockets and clients; the same path in the containers as on the host. */}}
{{- define "gluster-csi.pluginDirectory" -}}
{{- printf "%s/plugins/%s" .Values.kubeletDirectory .Values.driverName -}}
{{- end -}}

{{/*
Where a role listens for /healthz and /metrics: on the node's network only for the node itself, unless Prometheus
comes by. Takes { root, values }.
*/}}
{{- define "gluster-csi.httpHost" -}}
{{- if .values.http.address -}}
{{- .values.http.address -}}
{{- else if and .values.hostNetwork (not .root.Values.serviceMonitor.enabled) -}}
127.0.0.1
{{- else -}}
0.0.0.0
{{- end -}}
{{- end -}}

{{/* Takes { root, values, period, failures }. */}}
{{- define "gluster-csi.healthz" -}}
{{- $host := include "gluster-csi.httpHost" . -}}
httpGet:
  path: /healthz
  port: http
  {{- if or (hasPrefix "127." $host) (eq $host "[::1]") }}
  host: {{ trimAll "[]" $host | quote }}
  {{- end }}
periodSeconds: {{ .period }}
timeoutSeconds: 5
failureThreshold: {{ .failures }}
{{- end -}}

{{/* Takes { root, values }. A process that is slow to answer is still better than one that is started anew. */}}
{{- define "gluster-csi.probes" -}}
startupProbe: {{- include "gluster-csi.healthz" (merge (dict "period" 2 "failures" 30) .) | nindent 2 }}
readinessProbe: {{- include "gluster-csi.healthz" (merge (dict "period" 10 "failures" 3) .) | nindent 2 }}
livenessProbe: {{- include "gluster-csi.healthz" (merge (dict "period" 20 "failures" 4) .) | nindent 2 }}
{{- end -}}

{{/* What every pod template begins with. Takes { root, values }. */}}
{{- define "gluster-csi.pod" -}}
# Services would become environment variables, which are flags here.
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
hostNetwork: {{ .values.hostNetwork }}
dnsPolicy: {{ .values.dnsPolicy }}
{{- with .root.Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
nodeSelector:
  {{- toYaml (merge (dict "kubernetes.io/os" "linux") .values.nodeSelector) | nindent 2 }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* For containers that need no rights. */}}
{{- define "gluster-csi.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
