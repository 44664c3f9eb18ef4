{{/*
The sidecars of the controller, as a JSON list: of which kind, on which of the driver's sockets, the name and number of
its port, and the lease by which it elects its leader. Without the CRDs of snapshots csi-snapshotter only complains.
*/}}
{{- define "gluster-csi.sidecars" -}}
{{- $leases := dict "provisioner" "" "resizer" "external-resizer-" "snapshotter" "external-snapshotter-leader-" "attacher" "external-attacher-leader-" -}}
{{- $kinds := list "provisioner" "resizer" -}}
{{- if include "gluster-csi.snapshots" . -}}
{{- $kinds = append $kinds "snapshotter" -}}
{{- end -}}
{{- $sidecars := list -}}
{{- range $kinds -}}
{{- $lease := printf "%s%s" (get $leases .) (include "gluster-csi.leaseName" $.Values.driverName) -}}
{{- $port := dig . "port" 0 $.Values.sidecars -}}
{{- $sidecars = append $sidecars (dict "kind" . "name" . "portName" . "port" $port "lease" $lease "socket" "csi.sock") -}}
{{- end -}}
{{- if .Values.block.enabled -}}
{{- $kinds = list "provisioner" "resizer" "attacher" -}}
{{- if include "gluster-csi.snapshots" . -}}
{{- $kinds = append $kinds "snapshotter" -}}
{{- end -}}
{{- range $kinds -}}
{{- $name := printf "block-%s" . -}}
{{- $lease := printf "%s%s" (get $leases .) (include "gluster-csi.leaseName" $.Values.block.driverName) -}}
{{- $port := get $.Values.block.ports . -}}
{{- $sidecars = append $sidecars (dict "kind" . "name" $name "portName" (trunc 15 $name) "port" $port "lease" $lease "socket" "block.sock") -}}
{{- end -}}
{{- end -}}
{{- toJson $sidecars -}}
{{- end -}}

{{/* As the sidecars make it of a driver's name. */}}
{{- define "gluster-csi.leaseName" -}}
{{- regexReplaceAll "[^a-zA-Z0-9-]" . "-" -}}
{{- end -}}

{{/* Takes { root, sidecar }, one of the list above. */}}
{{- define "gluster-csi.sidecar" -}}
{{- $kind := .sidecar.kind -}}
{{- $values := get .root.Values.sidecars $kind -}}
- name: csi-{{ .sidecar.name }}
  image: {{ $values.image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - --csi-address=/csi/{{ .sidecar.socket }}
    - --v={{ ternary 5 2 (has .root.Values.logLevel (list "trace" "debug")) }}
    - --timeout={{ .root.Values.sidecars.timeout }}
    - --retry-interval-max={{ .root.Values.sidecars.retryIntervalMax }}
    - --leader-election
    - --http-endpoint=:{{ .sidecar.port }}
    - --kube-api-qps=20
    - --kube-api-burst=100
    {{- if eq $kind "provisioner" }}
    - --worker-threads={{ $values.workers }}
    # The claim's name and namespace, kept in the volume's metadata.
    - --extra-create-metadata
    {{- if ne .sidecar.name $kind }}
    # Kubernetes applies fsGroup only to volumes that name their file system.
    - --default-fstype=xfs
    {{- end }}
    {{- else if eq $kind "attacher" }}
    - --worker-threads={{ $values.workers }}
    {{- else if eq $kind "snapshotter" }}
    - --worker-threads={{ $values.workers }}
    # The VolumeSnapshot's name and namespace, kept in the snapshot's metadata.
    - --extra-create-metadata
    {{- if and (eq .sidecar.name $kind) (include "gluster-csi.groupSnapshots" .root) }}
    # Only where the cluster has their CRDs: it waits for these, and takes no other snapshots meanwhile.
    - --feature-gates=CSIVolumeGroupSnapshot=true
    {{- end }}
    {{- else }}
    - --workers={{ $values.workers }}
    # Volumes grow while they are in use: no waiting for their pods to end, and no list of all pods.
    - --handle-volume-inuse-error=false
    {{- end }}
  ports:
    - name: {{ .sidecar.portName }}
      containerPort: {{ .sidecar.port }}
  livenessProbe:
    httpGet:
      path: /healthz/leader-election
      port: {{ .sidecar.portName }}
    initialDelaySeconds: 10
    periodSeconds: 20
    timeoutSeconds: 10
    failureThreshold: 3
  resources: {{- toYaml $values.resources | nindent 4 }}
  securityContext: {{- include "gluster-csi.restricted" . | nindent 4 }}
  volumeMounts:
    - name: socket
      mountPath: /csi
    - name: kubernetes-api
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
{{- end -}}
